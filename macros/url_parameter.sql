{#- A query parameter of a URL with its spaces decoded; the cheap test first, since
    most pages carry none. -#}
{% macro url_parameter(url, name) -%}
    case
        when {{ url }} like '%{{ name }}=%'
            then nullif(trim(replace(replace(
                {{ regex_group(url, '[?&]' ~ name ~ '=([^&#]*)') }}, '+', ' '
            ), '%20', ' ')), '')
    end
{%- endmacro %}

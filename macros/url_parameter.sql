{#- A query parameter of a URL with its spaces decoded; the cheap test first, since
    most pages carry none. Not by like, to which _ is any character. -#}
{% macro url_parameter(url, name) -%}
    case
        when position('{{ name }}=' in {{ url }}) > 0
            then nullif(trim(replace(replace(
                {{ regex_group(url, '[?&]' ~ name ~ '=([^&#]*)') }}, '+', ' '
            ), '%20', ' ')), '')
    end
{%- endmacro %}

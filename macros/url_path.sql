{#- The path of a URL without query and fragment; a bare host has the path "/". -#}
{% macro url_path(url) -%}
    case
        when {{ url }} like '%://%'
            then coalesce(
                {{ regex_group(url, '^[A-Za-z][A-Za-z0-9+.-]*://[^/?#]*(/[^?#]*)') }}, '/'
            )
        else {{ regex_group(url, '^(/[^?#]*)') }}
    end
{%- endmacro %}

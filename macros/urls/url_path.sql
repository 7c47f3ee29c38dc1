{#- The path of a URL without query and fragment; a bare host has the path "/". -#}
{% macro url_path(url) -%}
    coalesce(
        {{ regex_group(url, '^' ~ url_scheme() ~ '[^/?#]*(/[^?#]*)') }},
        case when {{ regex_group(url, '^(' ~ url_scheme() ~ ')') }} is not null then '/' end,
        {{ regex_group(url, '^(/[^?#]*)') }}
    )
{%- endmacro %}

{#- The lower-case host of a URL, without credentials and port; an app's package name
    for android-app:// and the like. Credentials are split off: in the pattern they
    would double its cost. -#}
{% macro url_host(url) -%}
    lower(nullif(split_part(split_part(
        {{ regex_group(url, '^[A-Za-z][A-Za-z0-9+.-]*://([^/?#]+)') }}, '@', -1
    ), ':', 1), ''))
{%- endmacro %}

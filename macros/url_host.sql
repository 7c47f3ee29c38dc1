{#- The lower-case host of a URL, without credentials and port; an app's package name
    for android-app:// and the like. -#}
{% macro url_host(url) -%}
    lower({{ regex_group(url, '^[A-Za-z][A-Za-z0-9+.-]*://(?:[^/?#@]*@)?([^/?#:]+)') }})
{%- endmacro %}

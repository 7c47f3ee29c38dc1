{#- The host of a URL as it is written there, without user and port; an app's package name
    of android-app:// and the like. In one pattern, so that the URL is read once. -#}
{% macro url_host(url) -%}
    {{ regex_group(url, '^' ~ url_scheme() ~ url_authority()) }}
{%- endmacro %}

{#- The same of a text that names a host and may have more before and after it. -#}
{% macro named_host(text) -%}
    {{ regex_group(text, '^(?:' ~ url_scheme() ~ ')?' ~ url_authority()) }}
{%- endmacro %}

{#- What a URL begins with, as a regular expression; // alone is the page's own scheme. -#}
{% macro url_scheme() -%}
    {{ return('(?:[A-Za-z][A-Za-z0-9+.-]*:)?//') }}
{%- endmacro %}

{#- User, host and port; the host is the group, in brackets where it has colons. -#}
{% macro url_authority() -%}
    {{ return('(?:[^/?#]*@)?(\\[[^\\]/?#]*\\]?|[^:/?#]*)') }}
{%- endmacro %}

{#- A host as hosts are compared: letter case is nothing, nor is the point of the root. -#}
{% macro host_form(host) -%}
    nullif(trim(trailing '.' from {{ lower_case(host) }}), '')
{%- endmacro %}

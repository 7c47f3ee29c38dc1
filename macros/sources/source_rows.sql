{#- What a source delivers, as something to select from: its events, or its spend. -#}
{% macro source_rows(name, kind='events') -%}
    {%- set place = sources()[name][kind] -%}
    {%- if is_path(place) -%} {{ read_files(place) }}
    {%- else -%} {{ project_relation(place) or place }}
    {%- endif -%}
{%- endmacro %}

{#- The relation that a place names by ref('...') or source('...', '...'), none where it
    is the name of a relation itself. -#}
{% macro project_relation(place) -%}
    {%- set name = "\\s*['\"]([^'\"]+)['\"]\\s*" -%}
    {%- set called = modules.re.fullmatch(
        '\\s*(ref|source)\\(' ~ name ~ '(?:,' ~ name ~ ')?\\)\\s*', place
    ) -%}
    {%- if called is none -%} {{ return(none) }} {%- endif -%}
    {%- set names = called.groups()[1:] | select('string') | list -%}
    {{ return(ref(*names) if called.group(1) == 'ref' else source(*names)) }}
{%- endmacro %}

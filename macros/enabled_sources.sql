{#- The var enabled_sources, checked: dbt parses the unions before any hook runs, so a
    wrong name has to be caught where it is used. -#}
{% macro enabled_sources() -%}
    {%- set sources = var('enabled_sources') -%}
    {%- if sources is string or sources is not iterable or not sources -%}
        {%- do stop_run(
            "the var enabled_sources is '" ~ sources
            ~ "', but must be a list of sources, such as [generic]."
        ) -%}
    {%- endif -%}
    {%- if sources | unique | list | length < sources | length -%}
        {%- do stop_run(
            'the var enabled_sources names a source twice, which would double it.'
        ) -%}
    {%- endif -%}
    {%- for source in sources if source not in known_sources() -%}
        {%- do stop_run(
            "the var enabled_sources names '" ~ source ~ "', but the sources are "
            ~ known_sources() | join(', ') ~ '.'
        ) -%}
    {%- endfor -%}
    {{ return(sources) }}
{%- endmacro %}

{#- The folders of models/staging; a test holds both to be equal. -#}
{% macro known_sources() -%}
    {{ return(['demo', 'generic']) }}
{%- endmacro %}

{#- The app that an event's session is of, as part of the session's key: an empty text
    unless the source splits by app, and where an event names none. -#}
{% macro session_app() -%}
    {%- set names = sources().items() | selectattr('1.split_by_app')
        | map(attribute='0') | list -%}
    {%- if names -%}
        case
            when source_name in ({{ text_list(names) }}) then coalesce(app_id, '')
            else ''
        end
    {%- else -%} cast('' as {{ dbt.type_string() }})
    {%- endif -%}
{%- endmacro %}

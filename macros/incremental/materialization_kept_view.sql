{#- A view that is left alone, without a statement, where it says the same as the one that
    is there. -#}
{% materialization kept_view, default -%}
    {%- set held = load_cached_relation(this) -%}
    {%- if is_view_left_alone(held) -%} {{ return(leave_alone(held)) }} {%- endif -%}
    {%- do forget_state() -%}
    {%- if is_replaced_at_once(held, 'view') -%}
        {{ return(made_at_once(held, 'view')) }}
    {%- endif -%}
    {%- set view = context.get(
        'materialization_view_' ~ adapter.type(),
        context['materialization_view_default']
    ) -%}
    {{ return(view()) }}
{%- endmaterialization %}

{#- Whether the view that is there is the one that would be made. One over a part of the
    events would say nothing of what there is. -#}
{% macro is_view_left_alone(held) -%}
    {%- if not keeps_rows() or held is none or not held.is_view or is_refreshed(model) -%}
        {{ return(false) }}
    {%- elif reads_a_part() -%}
        {{ return(true) }}
    {%- endif -%}
    {%- set states = increment().states -%}
    {%- for name, definition in view_definitions().items()
        if states.get(name, {}).definition != definition -%}
        {{ return(false) }}
    {%- endfor -%}
    {{ return(true) }}
{%- endmacro %}

{#- What is recorded of a view: its definition, which leaves out where its source is, and
    what this run made of it, by its SQL and its comments. A view over a part of the events
    is of no definition. -#}
{% macro view_definitions() -%}
    {%- set made = [model.compiled_code, model.description] -%}
    {%- for column in model.columns.values() -%}
        {%- do made.append(column.name ~ '=' ~ column.description) -%}
    {%- endfor -%}
    {{ return({
        model.name: '' if reads_a_part() else increment().nodes[model.unique_id].definition,
        'view ' ~ model.name: local_md5(made | join('\n')),
    }) }}
{%- endmacro %}

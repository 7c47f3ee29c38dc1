{#- Whether a row is of what this run computes: of a `visitor`, `person`, `event` or
    `conversion` that changed, of a visitor `related` to one that did, or of a `batch` that
    came since. All rows are where the model, or one that keeps what is made of it, is
    filled anew, and no row is where nothing came. The key's columns stand in the row under
    their own names. -#}
{% macro in_scope(scope) -%}
    {%- if model.resource_type == 'unit_test' -%} {{ return('true') }} {%- endif -%}
    {%- set keys = scope_keys()[scope] -%}
    {%- set changed = ref('footfall', keys.of) if keys.of -%}
    {%- if not execute or is_whole() -%} {{ return('true') }} {%- endif -%}
    {%- if not has_news() -%} {{ return('false') }} {%- endif -%}
    {{ return(
        '(' ~ keys.columns | join(', ') ~ ') in (' ~ changed_keys(scope, changed) ~ ')'
        if keys.of else is_new()
    ) }}
{%- endmacro %}

{#- By which columns rows of a scope are told apart, and which model says what changed:
    all that it holds, or what it got since, by a number of the run. -#}
{% macro scope_keys() -%}
    {{ return({
        'batch': {'columns': [], 'of': none},
        'event': {
            'columns': ['source_name', 'event_id'], 'of': 'int_events__logged',
            'number': 'batch_number',
        },
        'visitor': {
            'columns': ['source_name', 'visitor_id'], 'of': 'int_visitors__changed',
        },
        'person': {'columns': ['person_id'], 'of': 'int_persons__changed'},
        'related': {
            'columns': ['source_name', 'visitor_id'], 'of': 'int_visitors__related',
        },
        'conversion': {
            'columns': ['conversion_id'], 'of': 'int_conversions__explained',
            'number': 'credited_number',
        },
    }) }}
{%- endmacro %}

{#- The keys of a scope that changed since all kept models of this run were made. -#}
{% macro changed_keys(scope, relation) -%}
    {%- set keys = scope_keys()[scope] -%}
    {{ return(
        'select ' ~ keys.columns | join(', ') ~ ' from ' ~ relation
        ~ (' where ' ~ is_new(keys.number) if keys.number else '')
    ) }}
{%- endmacro %}

{#- Whether this model is computed of all rows: it is filled anew, or hands on to one that
    is. -#}
{% macro is_whole() -%}
    {%- if not keeps_rows() -%} {{ return(true) }} {%- endif -%}
    {%- set plan = increment() -%}
    {%- set planned = plan.nodes[model.unique_id] -%}
    {%- if planned.is_kept -%} {{ return(planned.refill_reason is not none) }} {%- endif -%}
    {%- for reader in planned.readers
        if plan.nodes[reader].refill_reason and is_selected(reader) -%}
        {{ return(true) }}
    {%- endfor -%}
    {{ return(plan.since is none) }}
{%- endmacro %}

{#- Whether the log has rows that a kept model of this run has not taken in. -#}
{% macro has_news() -%}
    {%- set plan = increment() -%}
    {{ return(
        plan.since is none
        or plan.states.get('int_events__logged', {}).taken_number | default(0) > plan.since
    ) }}
{%- endmacro %}

{#- Whether a row of the log came since, for the models that say what changed; those that
    are filled anew do not ask them. In a unit test that is what the second run brought. -#}
{% macro is_new(number='batch_number') -%}
    {%- if model.resource_type == 'unit_test' -%} {{ return(number ~ ' > 1') }} {%- endif -%}
    {%- if not execute -%} {{ return('true') }} {%- endif -%}
    {%- set since = increment().since -%}
    {{ return(
        'false' if since is none or not has_news() else number ~ ' > ' ~ since
    ) }}
{%- endmacro %}

{#- The rows that this model keeps, for a model that has to know what it holds; none where
    it is filled anew. -#}
{% macro held() -%}
    {%- if not execute or model.resource_type == 'unit_test' or is_whole() -%}
        {{ return(none) }}
    {%- endif -%}
    {{ return(this) }}
{%- endmacro %}

{#- The number of this run, by which its rows are found in the log. -#}
{% macro run_number() -%}
    {{ return(
        1 if not execute or model.resource_type == 'unit_test' else increment().number
    ) }}
{%- endmacro %}

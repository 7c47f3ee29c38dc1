{#- What the log holds of an event delivered: the contract's columns, and the words for a
    decision that no row knows. -#}
{% macro logged_columns() -%}
    {{ return(
        event_columns() + ['unread_analytics_consent', 'unread_marketing_consent']
    ) }}
{%- endmacro %}

{#- The highest number of a row that the log holds, be it filled anew: what was said of a
    row must not be read of another one while the run goes on. -#}
{% macro last_log_number() -%}
    {%- set held = load_cached_relation(this)
        if execute and model.resource_type != 'unit_test' else none -%}
    {{ return(
        run_query(
            'select coalesce(max(log_number), 0) as last_number from ' ~ held
        ).columns[0].values()[0] if held else 0
    ) }}
{%- endmacro %}

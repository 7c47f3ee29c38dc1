{#- The incremental strategy `replace`: whatever a batch touched goes, by the model's
    unique_key, and what was computed anew comes. Credits: all rows are deleted except
    those of conversions that exist unchanged. delete+insert would leave behind a
    session that another one absorbed, or a view of an event that was rejected since.
    A batch that brought nothing has touched nothing. -#}
{% macro get_incremental_replace_sql(arg_dict) -%}
    {%- set target_relation = arg_dict['target_relation'] -%}
    {%- set keys = arg_dict['unique_key'] | join(', ') -%}
    {%- set columns = arg_dict['dest_columns'] | map(attribute='quoted') | join(', ') -%}
    {%- if arg_dict['unique_key'] == ['conversion_id'] %}
    delete from {{ target_relation }}
    where not exists (
        select kept.conversion_id
        from {{ stored('int_conversions__accounted') }} as kept
        where
            kept.conversion_id = {{ target_relation }}.conversion_id
            and kept.change_number <= {{ taken_in(target_relation, 'change_number') }}
    );
    {%- else -%}
    {%- set held_batch = taken_in(target_relation) -%}
    {%- if taken_in(stored('int_events__classified')) > held_batch %}
    delete from {{ target_relation }}
    where ({{ keys }}) in (
        select {{ keys }} from {{ arg_dict['temp_relation'] }}

        union all

        select {{ keys }}
        from (
            {%- if arg_dict['unique_key'] == ['source_name', 'visitor_id'] %}
                select * from {{ stored('int_visitors__touched') }}
            {%- elif arg_dict['unique_key'] == ['person_id'] %}
                select * from {{ stored('int_persons__touched') }}
            {%- else %}
                select
                    source_name,
                    visitor_id,
                    event_id,
                    {{ session_app() }} as session_app,
                    occurred_at as session_started_at,
                    batch_number
                from {{ stored('int_events__classified') }}

                union all

                -- What is in no session may stand at the start of one it does not
                -- touch.
                select
                    source_name,
                    visitor_id,
                    event_id,
                    session_app,
                    case when session_started_at is not null then occurred_at end
                        as session_started_at,
                    batch_number
                from {{ stored('int_events__sessionized') }}
            {%- endif %}
        ) as touched
        where batch_number > {{ held_batch }}
    );
    {%- endif %}
    {%- endif %}

    insert into {{ target_relation }} ({{ columns }})
    select {{ columns }} from {{ arg_dict['temp_relation'] }}
{%- endmacro %}

{#- What is recorded in the schema: of each kept relation its definition, the run that
    filled it and the last run whose events it has taken in; of each part of a definition
    and each source what it was; and of the last run its id and limit. -#}
{% macro states_relation() -%}
    {#- Spark's target has no database. -#}
    {{ return(api.Relation.create(
        database=target.database or none, schema=target.schema,
        identifier='footfall_states'
    )) }}
{%- endmacro %}

{#- The hook that makes the place for states, before any model, and writes down which
    run is at work: what a run says of itself can then be told from another's, and a
    publish knows the run's limit. One of an earlier version is made anew, and with it
    all that it says of. -#}
{% macro prepare_states() -%}
    {%- if concerns_footfall() -%}
        {%- set held = load_relation(states_relation()) -%}
        {#- dbt makes the schemas of models, which may be others than the target's. -#}
        {%- if not held -%}
            {%- do adapter.create_schema(states_relation().without_identifier()) -%}
        {%- endif -%}
        {#- Committed here: a hook before this one may have begun what dbt rolls back. -#}
        {%- if held and not is_states_of_now(held) -%}
            {%- call statement(auto_begin=true) -%} drop table {{ held }} {%- endcall -%}
        {%- endif -%}
        {%- call statement(auto_begin=true) -%}
            create table if not exists {{ states_relation() }} (
                relation_name {{ dbt.type_string() }},
                definition {{ dbt.type_string() }},
                filled_number bigint,
                taken_number bigint
            )
        {%- endcall -%}
        {%- do adapter.commit() -%}
        {%- if keeps_rows() -%}
            {%- call statement(auto_begin=true) -%}
                {{ state_rows({
                    'last run': invocation_id,
                    'publish_fall_limit': var('publish_fall_limit'),
                }) }}
            {%- endcall -%}
            {%- do adapter.commit() -%}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{#- Whether the table of states is one of this version. -#}
{% macro is_states_of_now(held) -%}
    {{ return(
        held and 'taken_number' in adapter.get_columns_in_relation(held)
        | map(attribute='name')
    ) }}
{%- endmacro %}

{#- Statements that replace rows of the table of states: name -> definition. -#}
{% macro state_rows(definitions, filled_number=0, taken_number=0) -%}
    delete from {{ states_relation() }}
    where relation_name in ({{ text_list(definitions | list) }});
    insert into {{ states_relation() }}
        (relation_name, definition, filled_number, taken_number)
    values
    {%- for name, definition in definitions.items() %}
        (
            {{ sql_literal(name) }}, {{ text_list([definition]) }},
            {{ filled_number }}, {{ taken_number }}
        ){{ ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{#- What is recorded, by name. -#}
{% macro recorded_states() -%}
    {%- set states = {} -%}
    {%- set held = load_relation(states_relation()) if keeps_rows() -%}
    {%- set rows = run_query(
        'select relation_name, definition, filled_number, taken_number from ' ~ held
    ).rows if held else [] -%}
    {%- for name, definition, filled_number, taken_number in rows -%}
        {%- do states.update({name: {
            'definition': definition,
            'filled_number': filled_number | int,
            'taken_number': taken_number | int,
        }}) -%}
    {%- endfor -%}
    {{ return(states) }}
{%- endmacro %}

{#- The hook that writes down what a relation holds, in its transaction. A run over a part
    of the events leaves no definition, so that the next one fills it anew. -#}
{% macro record_state() -%}
    {%- if not execute or not keeps_rows() -%} {{ return('') }} {%- endif -%}
    {%- set scope = scope_of(model) -%}
    {%- set plan = increment() -%}
    {%- set planned = plan.nodes.get(model.unique_id) -%}
    {%- if model.config.materialized == 'kept_view' -%}
        {{ state_rows(view_definitions()) }}
    {%- elif scope and scope != 'run' -%}
        {%- set state = {
            'definition': '' if reads_a_part() else planned.definition,
            'filled_number': plan.number
                if scope == 'all' and not planned.is_same or planned.refill_reason
                else plan.states[model.name].filled_number,
            'taken_number': plan.number if scope == 'log' else taken_number(planned),
        } -%}
        {%- do plan.states.update({model.name: state}) -%}
        {%- set others = {} -%}
        {%- if scope == 'log' -%}
            {%- for source in sources() -%}
                {%- do others.update({
                    'source ' ~ source: definition_of_source(source, plan),
                    'exchanged ' ~ source: '',
                }) -%}
            {%- endfor -%}
        {%- endif -%}
        {{ state_rows(
            {model.name: state.definition}, state.filled_number, state.taken_number
        ) }}
        {%- if others -%} ; {{ state_rows(others) }} {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{#- The last run whose events have all reached what a model is made of; 0 where it is made
    of rules alone. -#}
{% macro taken_number(planned) -%}
    {%- set plan = increment() -%}
    {%- set numbers = [] -%}
    {%- for name in planned.sources if plan.nodes[name].is_of_log -%}
        {%- do numbers.append(
            plan.states.get(plan.nodes[name].name, {}).taken_number | default(0)
        ) -%}
    {%- endfor -%}
    {{ return(numbers | min if numbers else 0) }}
{%- endmacro %}

{#- The hook at the end of a run that writes down what definitions are made of, so that a
    later run can say what changed. -#}
{% macro record_parts() -%}
    {%- set plan = graph.get('increment') if execute and keeps_rows() -%}
    {%- set changed = {} -%}
    {%- for part, value in (plan.parts.items() if plan else [])
        if plan.states.get(part, {}).definition != value -%}
        {%- do changed.update({part: value}) -%}
    {%- endfor -%}
    {%- if changed -%}
        {%- call statement(auto_begin=true) -%} {{ state_rows(changed) }} {%- endcall -%}
        {%- do adapter.commit() -%}
    {%- endif -%}
{%- endmacro %}

{#- Whether this run looks at no rows, or at a sample of them: what it makes says nothing
    of all there is. -#}
{% macro reads_a_part() -%}
    {{ return(flags.EMPTY or invocation_args_dict.get('sample')) }}
{%- endmacro %}

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
    publish knows the run's limit, and unit tests know where the rules are. One of an
    earlier version is made anew, and with it all that it says of. -#}
{% macro prepare_states() -%}
    {%- if concerns_footfall() -%}
        {%- set held = load_relation(states_relation()) -%}
        {#- dbt makes the schemas of models, which may be others than the target's. -#}
        {%- if not held -%}
            {%- do adapter.create_schema(states_relation().without_identifier()) -%}
        {%- endif -%}
        {#- Committed here: a hook before this one may have begun what dbt rolls back. -#}
        {%- set columns = state_columns() -%}
        {%- if held and not is_states_of_now(held) -%}
            {%- call statement(auto_begin=true) -%} drop table {{ held }} {%- endcall -%}
        {%- endif -%}
        {%- call statement(auto_begin=true) -%}
            create table if not exists {{ states_relation() }} (
                {%- for name, type in columns.items() %}
                    {{ name }} {{ type }}{{ ',' if not loop.last }}
                {%- endfor %}
            )
            {{ state_format() }}
        {%- endcall -%}
        {%- do adapter.commit() -%}
        {%- do gather_states() -%}
        {%- if keeps_rows() -%}
            {%- call statement(auto_begin=true) -%}
                {{ state_rows(dict({
                    'last run': invocation_id,
                    'publish_fall_limit': var('publish_fall_limit'),
                }, **seed_places())) }}
            {%- endcall -%}
            {%- do adapter.commit() -%}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{#- Whether the table of states is one of this version. -#}
{% macro is_states_of_now(held) -%}
    {{ return(
        held and adapter.get_columns_in_relation(held) | map(attribute='name') | sort
        == state_columns() | sort
    ) }}
{%- endmacro %}

{#- What is recorded, by name. -#}
{% macro recorded_states() -%}
    {%- set states = {} -%}
    {%- set held = load_relation(states_relation()) if keeps_rows() -%}
    {%- for row in (run_query(held_states()).rows if held else []) -%}
        {%- do states.update({row.relation_name: {
            'definition': row.definition,
            'filled_number': row.filled_number | int,
            'taken_number': row.taken_number | int,
        }}) -%}
    {%- endfor -%}
    {{ return(states) }}
{%- endmacro %}

{#- What is recorded under names that start alike: the rest of the name -> definition, but
    of what is forgotten. Models beside this one record theirs meanwhile, so it is a copy
    that is gone through. -#}
{% macro recorded_under(start) -%}
    {%- set found = {} -%}
    {%- for name, state in increment().states.copy().items()
        if name.startswith(start) and state.definition -%}
        {%- do found.update({name[start | length:]: state.definition}) -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

{#- The hook that writes down what a relation holds, in its transaction; on Spark, which
    has none, after it. A run over a part of the events leaves no definition, so that the
    next one fills it anew. -#}
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
        {{ state_rows(
            {model.name: state.definition}, state.filled_number, state.taken_number,
            source_states() if scope == 'log' else {}
        ) }}
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

{#- What this run has to do, planned once and kept in `graph`, the one thing that all
    models of a run share:
    - `number` of the run, above all that were recorded;
    - `since`, the last run whose events all kept models of this run have taken in;
    - `nodes`, of each model its definition and, of those that are kept, which others they
      are made of, and why they are filled anew, if they are;
    - `states`, what is recorded of each relation, brought up to date as models finish. -#}
{% macro increment() -%}
    {%- if 'increment' not in graph -%}
        {%- set plan = {
            'number': 1, 'since': none, 'nodes': {}, 'macros': {}, 'parts': {},
            'states': recorded_states(),
        } -%}
        {%- for state in plan.states.values() -%}
            {%- do plan.update({
                'number': [plan.number, state.filled_number + 1, state.taken_number + 1]
                    | max
            }) -%}
        {%- endfor -%}
        {%- for name, node in graph.nodes.items()
            if node.resource_type == 'model' and node.package_name == 'footfall' -%}
            {%- do plan_model(name, plan) -%}
        {%- endfor -%}
        {%- for name, planned in plan.nodes.items()
            if planned.is_kept and not planned.refill_reason and is_selected(name) -%}
            {%- set taken = plan.states[planned.name].taken_number -%}
            {%- do plan.update({
                'since': taken if plan.since is none else [plan.since, taken] | min
            }) -%}
        {%- endfor -%}
        {#- Two models may plan at a time: one of the two plans is that of the run. -#}
        {%- set plan = graph.setdefault('increment', plan) -%}
        {%- do tell_refills(plan) -%}
        {%- do assert_defined(plan) -%}
    {%- endif -%}
    {{ return(graph['increment']) }}
{%- endmacro %}

{#- Plans a model, after those that it is made of. What stands outside of the log (a file,
    spend, a rate) has no run's number: whatever reads it is computed in each run. -#}
{% macro plan_model(name, plan) -%}
    {%- if name in plan.nodes -%} {{ return('') }} {%- endif -%}
    {%- set node = graph.nodes[name] -%}
    {%- set scope = scope_of(node) -%}
    {%- set planned = {
        'name': node.name,
        'scope': scope,
        'is_kept': scope is not none and scope not in ['all', 'run'] and keeps_rows(),
        'is_outside': false,
        'is_of_log': scope == 'log',
        'sources': [],
        'readers': [],
        'refill_reason': none,
    } -%}
    {%- set parents = [] -%}
    {%- for parent_name in node.depends_on.nodes | sort -%}
        {%- set parent = graph.nodes.get(parent_name) -%}
        {%- if parent and not is_marked(parent, 'gate') -%}
            {%- if parent.resource_type == 'model' and parent.package_name == 'footfall'
                and parent.fqn[1] != 'staging' -%}
                {%- do plan_model(parent_name, plan) -%}
                {%- do parents.append(parent_name) -%}
            {%- elif not is_rule_seed(parent) -%}
                {%- do planned.update({'is_outside': true}) -%}
            {%- endif -%}
        {%- endif -%}
    {%- endfor -%}
    {%- for parent_name in parents -%}
        {%- set parent = plan.nodes[parent_name] -%}
        {%- if parent_name in planned.sources -%}
        {%- elif parent.is_kept or parent.scope == 'all' -%}
            {%- do planned.sources.append(parent_name) -%}
        {%- else -%}
            {%- do planned.sources.extend(
                parent.sources | reject('in', planned.sources)
            ) -%}
        {%- endif -%}
        {%- if parent.is_of_log -%} {%- do planned.update({'is_of_log': true}) -%} {%- endif -%}
        {#- A table that is made anew as a whole says itself whether it changed; what only
            adds rows has no mark of its own for that. -#}
        {%- if parent.is_outside and not parent.is_kept
            and (parent.scope != 'all' or scope == 'own') -%}
            {%- do planned.update({'is_outside': true}) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- do planned.update({'definition': definition_of(node, parents, plan)}) -%}
    {%- do plan.nodes.update({name: planned}) -%}
    {%- if planned.is_kept -%}
        {%- do planned.update({'refill_reason': refill_reason(node, planned, plan)}) -%}
        {%- do mark_readers(name, parents, plan) -%}
    {%- endif -%}
{%- endmacro %}

{#- Which rows of a model a run replaces; none of a model that keeps none. -#}
{% macro scope_of(node) -%}
    {{ return(
        node.config.meta.get('scope')
        if node.config.materialized in ['kept', 'fixed_point'] else none
    ) }}
{%- endmacro %}

{#- Tells the models that one is made of, up to those that are kept themselves, who keeps
    what they hand on. -#}
{% macro mark_readers(reader, parents, plan) -%}
    {%- for name in parents if not plan.nodes[name].is_kept
        and reader not in plan.nodes[name].readers -%}
        {%- do plan.nodes[name].readers.append(reader) -%}
        {%- do mark_readers(
            reader,
            graph.nodes[name].depends_on.nodes | select('in', plan.nodes) | list,
            plan
        ) -%}
    {%- endfor -%}
{%- endmacro %}

{#- Why a kept model cannot be added to; none where it can. -#}
{% macro refill_reason(node, planned, plan) -%}
    {%- set state = plan.states.get(node.name) -%}
    {%- set held = load_cached_relation(relation_of(node)) -%}
    {%- if is_refreshed(node) and is_selected(node.unique_id) -%}
        {{ return('of the full refresh') }}
    {%- elif held is none or not held.is_table or not state -%}
        {{ return('it is new') }}
    {%- elif state.definition == '' -%}
        {{ return('the last run read only a part of the events') }}
    {%- elif state.definition != planned.definition -%}
        {{ return(changed_parts(node, plan)) }}
    {%- endif -%}
    {%- if planned.scope == 'log' -%}
        {%- for source in sources() -%}
            {%- set recorded = plan.states.get('source ' ~ source) -%}
            {%- if recorded and recorded.definition
                and recorded.definition != definition_of_source(source, plan) -%}
                {{ return('the source ' ~ source ~ ' is read in another way') }}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
    {%- for name in planned.sources -%}
        {%- set source = plan.nodes[name] -%}
        {%- if source.is_kept -%}
            {%- if source.refill_reason and is_selected(name) -%}
                {{ return(source.refill_reason) }}
            {%- elif plan.states.get(source.name, {}).filled_number
                | default(0) > state.filled_number -%}
                {{ return('it is older than what it is made of') }}
            {%- endif -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(none) }}
{%- endmacro %}

{#- Whether a run is to fill a node anew, as dbt asks: by the node's own full_refresh, else
    by the command. -#}
{% macro is_refreshed(node) -%}
    {%- set said = node.config.get('full_refresh') -%}
    {{ return(flags.FULL_REFRESH if said is none else said) }}
{%- endmacro %}

{#- Whether a run goes on with another one: dbt then calls it by that one's command, but
    keeps the words that were typed. -#}
{% macro is_retry() -%}
    {{ return(
        'retry' in (invocation_args_dict.get('invocation_command') or '').split(' ')
    ) }}
{%- endmacro %}

{#- Whether this run makes a model; where nobody says which are made, all may be. -#}
{% macro is_selected(unique_id) -%}
    {{ return(not selected_resources or unique_id in selected_resources) }}
{%- endmacro %}

{#- Where a model of this project stands, whatever schema and name it was given. -#}
{% macro relation_of(node) -%}
    {{ return(api.Relation.create(
        database=node.database, schema=node.schema, identifier=node.alias
    )) }}
{%- endmacro %}

{#- Says what is filled anew and why, but not that a first run is one; and stops a run
    that would read what should have been filled anew and is not part of it. A retry goes
    on with what the failed run looked at, which is too little for that. -#}
{% macro tell_refills(plan) -%}
    {%- set reasons = {} -%}
    {%- for name, planned in plan.nodes.items() if planned.refill_reason -%}
        {%- if is_retry() and is_selected(name) and not flags.FULL_REFRESH
            and plan.states.get(planned.name) -%}
            {%- do stop_run(
                planned.name ~ ' has to be filled anew since ' ~ planned.refill_reason
                ~ ', and dbt retry would fill it from what the last run looked at: run'
                ~ ' dbt build.'
            ) -%}
        {%- elif is_selected(name) -%}
            {%- do reasons.setdefault(planned.refill_reason, []).append(planned.name) -%}
        {%- elif flags.WHICH in ['run', 'build'] and plan.states.get(planned.name) -%}
            {%- for reader_name, reader in plan.nodes.items()
                if name in reader.sources and is_selected(reader_name) -%}
                {%- do stop_run(
                    reader.name ~ ' reads ' ~ planned.name ~ ', which has to be filled anew'
                    ~ ' since ' ~ planned.refill_reason ~ ' and is not selected: select +'
                    ~ reader.name ~ ', or run dbt build.'
                ) -%}
            {%- endfor -%}
        {%- endif -%}
    {%- endfor -%}
    {%- for reason, names in reasons.items()
        if plan.states and reason not in ['of the full refresh', 'it is new'] -%}
        {%- do log(
            'Filled anew, since ' ~ reason ~ ': ' ~ names | sort | join(', ') ~ '.',
            info=flags.WHICH in ['run', 'build']
        ) -%}
    {%- endfor -%}
{%- endmacro %}

{#- Stops a run that would read what is made otherwise by now and is not part of it: a
    view, or a table that is made anew as a whole. Whoever read it would pass for one of
    today. -#}
{% macro assert_defined(plan) -%}
    {%- for name, planned in plan.nodes.items()
        if flags.WHICH in ['run', 'build'] and not planned.is_kept
        and not is_selected(name)
        and plan.states.get(planned.name, planned).definition != planned.definition -%}
        {%- for reader_name, reader in plan.nodes.items()
            if is_selected(reader_name)
            and name in graph.nodes[reader_name].depends_on.nodes -%}
            {%- do stop_run(
                reader.name ~ ' reads ' ~ planned.name ~ ', which has to be made anew'
                ~ ' since ' ~ changed_parts(graph.nodes[name], plan)
                ~ ' and is not selected: select +' ~ reader.name ~ ', or run dbt build.'
            ) -%}
        {%- endfor -%}
    {%- endfor -%}
{%- endmacro %}

{#- The hook for what an earlier version built: says what it left over, and what becomes of
    the rest, and stops before anything is written where events would go that their source
    no longer has. -#}
{% macro prepare_upgrade() -%}
    {%- if concerns_footfall() -%}
        {%- set names = left_overs() | map(attribute='identifier') | list -%}
        {%- if names -%}
            {%- do log(
                'Left over from an earlier version, and filled by nothing any more: '
                ~ names | join(', ') ~ "; dbt run-operation drop_left_overs --args '{drop:"
                ~ " true}' drops them.",
                info=flags.WHICH in ['run', 'build']
            ) -%}
        {%- endif -%}
        {%- set held = earlier_log() -%}
        {%- if held and is_selected('model.footfall.int_events__logged')
            and flags.WHICH in ['run', 'build'] -%}
            {%- do assert_history_kept(held) -%}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{#- The table in which an earlier version kept all events that were delivered: a view by
    now. None where there is no such table, or where each run reads everything anyway. -#}
{% macro earlier_log() -%}
    {#- Who looks at a file reads the staging of one preset alone. -#}
    {%- set place = footfall_relation('int_events__classified') if keeps_rows() -%}
    {%- set held = load_cached_relation(place) if place -%}
    {{ return(
        held if held and held.is_table and 'batch_number' in
        adapter.get_columns_in_relation(held) | map(attribute='name') else none
    ) }}
{%- endmacro %}

{#- Stops a run that would put fewer events in the place of those that an earlier version
    took in; else says what it will do. Who asks for a full refresh means that. -#}
{% macro assert_history_kept(held) -%}
    {%- set counts = [] -%}
    {%- for source, held_count in run_query(
        'select source_name, count(*) as held_count from ' ~ held
        ~ ' group by source_name order by source_name'
    ).rows -%}
        {%- do counts.append(held_count | int ~ ' of ' ~ source) -%}
        {%- if flags.FULL_REFRESH -%}
        {%- elif reads_a_part() -%}
            {%- do stop_run(
                'an earlier version built what is here, and this run would put a part of'
                ~ ' the events in its place: run dbt build without --empty and --sample'
                ~ ' first.'
            ) -%}
        {%- elif source not in sources() -%}
            {%- do stop_run(
                'an earlier version took in ' ~ held_count | int ~ ' events of the source '
                ~ source ~ ', which the var sources does not name: name it, or run dbt'
                ~ ' build --full-refresh to go on without it.'
            ) -%}
        {%- elif sources()[source].preset != 'demo'
            and sources()[source].when_rows_go != 'remove' -%}
            {%- set gone = gone_count(source, held) -%}
            {%- if gone is none -%}
                {%- do stop_run(
                    'an earlier version took in ' ~ held_count | int ~ ' events of the'
                    ~ ' source ' ~ source ~ ', and whether it still has them is not known'
                    ~ ' before they are read: if it has, run dbt build --full-refresh.'
                ) -%}
            {%- elif gone -%}
                {%- do stop_run(
                    'all events have to be read anew since an earlier version read them,'
                    ~ ' but the source ' ~ source ~ ' no longer has ' ~ gone
                    ~ ' of the ' ~ held_count | int ~ ' that were taken in: bring them'
                    ~ ' back, or run dbt build --full-refresh to go on with what there is.'
                ) -%}
            {%- endif -%}
        {%- endif -%}
    {%- endfor -%}
    {%- do log(
        'An earlier version built what is here, of these events: ' ~ counts | join(', ')
        ~ '. All of it is made anew from what the sources have now.', info=true
    ) -%}
{%- endmacro %}

{#- How many events of a source an earlier version took in that it no longer has, by the
    hours in which they arrived; none where that is not known before a model has read
    them. An hour that lost some and got as many looks whole. -#}
{% macro gone_count(source, held) -%}
    {%- set types = shape_types(source) -%}
    {%- if sources()[source].preset != 'columns' or not types -%}
        {{ return(none) }}
    {%- endif -%}
    {%- set hour = dbt.date_trunc('hour', 'received_at') -%}
    {%- set query -%}
        select
            coalesce(sum(case
                when received_hour is not null and held_count > delivered_count
                    then held_count - delivered_count
            end), 0) as hourly_count,
            sum(held_count) - sum(delivered_count) as whole_count
        from (
            select
                received_hour,
                sum(delivered_count) as delivered_count,
                sum(held_count) as held_count
            from (
                select
                    {{ hour }} as received_hour,
                    1 as delivered_count,
                    0 as held_count
                from ({{ delivered_times(source, types) }}) as delivered

                union all

                select
                    {{ hour }} as received_hour,
                    0 as delivered_count,
                    1 as held_count
                from {{ held }}
                where source_name = {{ sql_literal(source) }}
            ) as counted
            group by received_hour
        ) as hours
    {%- endset -%}
    {%- set counts = run_query(query).rows[0].values() | map('int') | list -%}
    {{ return(counts | max if counts | max > 0 else 0) }}
{%- endmacro %}

{#- When each event of a source of the preset columns arrived, before a model has read it,
    as staging will say it. -#}
{% macro delivered_times(name, types) -%}
    {%- set source = sources()[name] -%}
    {%- set map = column_expressions(source, types) -%}
    {%- if is_text_file(source.events) -%}
        {#- Those that a run read which was ended before it came far are read. -#}
        {%- set stored = stored_lines() -%}
        {%- set lines = text_records() ~ (
            ' union all select * from ' ~ stored
            ~ ' where file_version in (select file_version from text_files)'
            if stored else ''
        ) -%}
        {%- set rows = '(' ~ text_rows(
            name, 'events', '(' ~ lines ~ ') as file_lines'
        ) ~ ')' -%}
    {%- else -%}
        {%- set rows = source_rows(name, is_in_model=false) -%}
    {%- endif %}
    select coalesce(
        {{ source_time('raw_received_at', column_clock('received_at', source)) }},
        {{ source_time('raw_occurred_at', column_clock('occurred_at', source)) }}
    ) as received_at
    from (
        select
            {{ map.get('received_at', 'null') }} as raw_received_at,
            {{ map.occurred_at }} as raw_occurred_at
        from {{ rows }} as rows_there
        {{ source_filter(source, types) }}
    ) as mapped
{%- endmacro %}

{#- Tables and views of an earlier version that no model makes any more, readers first; in
    the schemas of ours alone, and of those of their names only what has their columns. -#}
{% macro left_overs() -%}
    {%- set places, found = {}, [] -%}
    {%- for node in graph.nodes.values()
        if node.package_name == 'footfall' and node.resource_type in ['model', 'seed'] -%}
        {%- do places.update({(node.database, node.schema): none}) -%}
    {%- endfor -%}
    {%- for name, columns in gone_relations().items() -%}
        {%- for database, schema in places -%}
            {%- set relation = adapter.get_relation(
                database=database, schema=schema, identifier=name
            ) -%}
            {%- if relation and columns_hash(relation) == columns
                and not is_made_by_a_node(relation) -%}
                {%- do found.append(relation) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

{#- Whether a model or seed makes a relation, of this project or of a host's. -#}
{% macro is_made_by_a_node(relation) -%}
    {%- for node in graph.nodes.values()
        if node.resource_type in ['model', 'seed', 'snapshot']
        and relation_of(node) | string == relation | string -%}
        {{ return(true) }}
    {%- endfor -%}
    {{ return(false) }}
{%- endmacro %}

{#- A hash of the names of a relation's columns, in any order. -#}
{% macro columns_hash(relation) -%}
    {{ return(local_md5(column_names(relation) | sort | join(','))) }}
{%- endmacro %}

{#- `dbt run-operation drop_left_overs` lists what an earlier version left over; with
    `--args '{drop: true}'` it goes, all or nothing. Never by cascade: where somebody has a
    view over one of them, Postgres says so, and everything stays. -#}
{% macro drop_left_overs(drop=false) -%}
    {%- set found = left_overs() -%}
    {%- for relation in found -%}
        {%- if drop -%}
            {%- call statement(auto_begin=true) -%}
                drop {{ relation.type }} {{ relation }}
            {%- endcall -%}
        {%- endif -%}
        {%- do log(
            ('Dropped' if drop else 'Left over') ~ ': the ' ~ relation.type ~ ' '
            ~ relation ~ '.', info=true
        ) -%}
    {%- endfor -%}
    {%- if not found -%}
        {%- do log('Nothing is left over from an earlier version.', info=true) -%}
    {%- elif drop -%}
        {%- do adapter.commit() -%}
    {%- else -%}
        {%- do log(
            "With --args '{drop: true}' the operation drops them.", info=true
        ) -%}
    {%- endif -%}
{%- endmacro %}

{#- Of an earlier version what none of today's models makes: name -> a hash of its columns.
    What reads another one stands before it. A model that goes or gets another name gets a
    line here. -#}
{% macro gone_relations() -%}
    {{ return({
        'int_arrivals__counted': 'f0731f425183ddc2b6879dc69a8d79e3',
        'int_channel_days__shared': '9fbd5d8dc17e0bf8414099bb651794e2',
        'int_channels__resampled': '2e9359a23d2ebbdad511640f35320ebc',
        'int_credits__summed': '903db8410d7e72c614ea8ccc1fc3bbd7',
        'int_credits__entered': '55298327899a417d3a08001544eec2cb',
        'int_credits__booked': 'f5a5eceb5c53643a268f3cacd575f044',
        'int_credits__shared': '1adf21d319f4ba04021eee92c4d648ee',
        'int_credits__spread': 'f5a5eceb5c53643a268f3cacd575f044',
        'int_channels__removed': '69b6c9569a402be78afa1be3668e8804',
        'int_conversions__accounted': '0cf092c1a0bfb8e460e340da2817ddc3',
        'int_markov_states__solved': '4c5808b28ed78539e7440a47140417d6',
        'int_markov_states__started': '4c5808b28ed78539e7440a47140417d6',
        'int_persons__touched': 'd676a7711ddc9403b2759d42e97ef8ae',
        'int_transitions__packed': '02de511ea8345292739d8536a387e489',
        'int_markov_states__numbered': '5ab89e02b1b399e9b862c03b2535c551',
        'int_markov_channels__numbered': '78b131fdf810deade50b24b348b40bf7',
        'int_sessions__remembered': 'c33697ec96b334e14e971df6548d79e9',
        'int_arrivals__sourced': 'd9d147083ee46cd4d9f228ff77622318',
        'int_visitors__seen': '01c16316598e4201977f11443a548192',
        'int_events__capped': '660b105e854f5fc0b262b92f9212aed8',
        'int_events__cut': '660b105e854f5fc0b262b92f9212aed8',
        'int_events__pooled': '2679ff81abc23841dc5f679c2585db35',
        'int_visitors__touched': 'e74a4be7228204873cd809c19b6ef1b8',
        'int_events__checked': '034b62775c6912056cec6353d68c1726',
        'int_visitors__clocked': '52f35851f04f851f8daca55f321eca28',
        'int_events__arrived': 'c8c439bca48a8cc8e390af9d6bad9c0a',
        'stg_generic__ad_spend': '59c2b9a0ea38bf5affcfdb5353b4fe3d',
        'stg_generic__events': 'c8c439bca48a8cc8e390af9d6bad9c0a',
    }) }}
{%- endmacro %}

{#- Of an earlier version what today's models and seeds make too. In a schema that it built
    into, a relation of another name of ours is somebody else's. -#}
{% macro earlier_relations() -%}
    {{ return([
        'attribution_models', 'attribution_weights', 'channel_rules',
        'channel_rules_custom', 'channels', 'click_ids', 'conversion_definitions',
        'currency_rates', 'dim_channels', 'dim_dates', 'dim_devices', 'dim_pages',
        'dim_persons', 'dim_visitors', 'event_rules', 'fct_ad_spend', 'fct_conversions',
        'fct_events', 'fct_page_views', 'fct_reversals', 'fct_sessions', 'funnel_steps',
        'funnels', 'int_ad_spend__classified', 'int_ad_spend__unioned',
        'int_attribution_models__resolved', 'int_channel_conditions__listed',
        'int_channel_rules__ordered', 'int_conversions__staged',
        'int_credits__reversed', 'int_event_names__ruled', 'int_events__classified',
        'int_events__clustered', 'int_events__screened', 'int_events__sessionized',
        'int_events__sourced', 'int_events__unioned', 'int_funnel_entries__chained',
        'int_funnel_entries__numbered', 'int_funnel_entries__succeeded',
        'int_funnel_steps__linked', 'int_funnel_steps__matched', 'int_journeys__ended',
        'int_journeys__joined', 'int_journeys__pathed', 'int_journeys__touched',
        'int_sessions__aggregated', 'int_sessions__channelled',
        'int_sessions__identified', 'int_touches__placed', 'int_touches__sourced',
        'int_touches__weighted', 'int_traffic_names__categorised',
        'int_traffic_sources__channelled', 'int_traffic_sources__named',
        'int_transitions__counted', 'int_user_agents__classified',
        'int_visitors__consented', 'int_visitors__identified', 'internal_traffic',
        'mart_attribution__campaigns', 'mart_attribution__channels',
        'mart_attribution__credits', 'mart_attribution__model_comparison',
        'mart_attribution__paths', 'mart_attribution__removal_effects',
        'mart_attribution__touchpoints', 'mart_attribution__transitions',
        'mart_channel__campaigns_daily', 'mart_channel__daily',
        'mart_channel__landing_pages', 'mart_device__cross_device',
        'mart_device__daily', 'mart_funnel__entries', 'mart_funnel__steps_daily',
        'mart_quality__event_ledger', 'mart_quality__rejected_ad_spend',
        'mart_quality__rejected_events', 'raw_ad_spend', 'raw_consents', 'raw_events',
        'reversal_definitions', 'source_categories', 'stg_demo__ad_spend',
        'stg_demo__events', 'traffic_sources', 'user_agent_rules',
    ]) }}
{%- endmacro %}

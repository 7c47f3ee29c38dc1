{#- The events of every source of a preset, in the columns of the event contract. The block
    that calls it is the preset's shape: for the name of a source, a query of its rows as
    the map reads them. -#}
{% macro staged_events(preset) -%}
    {%- for name, source in sources(preset).items() %}
        select {{ event_columns() | join(', ') }}
        from (
            {{ staged_source(name, source, caller(name)) }}
        ) as staged_{{ loop.index }}
        {{- ' union all' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{#- A preset's map, with a source's own columns before it. What neither says is null, or
    comes from a URL. -#}
{% macro column_map(source) -%}
    {{ return(dict(preset_map(source.preset), **(source.get('columns') or {}))) }}
{%- endmacro %}

{#- The same as SQL, in which no value stops a run. -#}
{% macro column_expressions(source, types) -%}
    {%- set expressions = {} -%}
    {%- for column, said in column_map(source).items() -%}
        {%- do expressions.update({column: tried(origin_sql(said, types))}) -%}
    {%- endfor -%}
    {%- if source.get('passthrough') -%}
        {%- do expressions.update({'properties': passed_through(source, types)}) -%}
    {%- endif -%}
    {{ return(expressions) }}
{%- endmacro %}

{#- One expression for each column of the contract, whatever the source. -#}
{% macro staged_source(name, source, shape) -%}
    {%- set types = shape_types(name) -%}
    {%- set map = column_expressions(source, types) -%}
    {%- if execute and model.resource_type == 'model' and source.preset != 'columns'
        and said_expressions(source) -%}
        {%- do assert_bound(
            source, 'events', '(' ~ shape ~ ') as shaped', source_words(name), types
        ) -%}
    {%- endif -%}
    {%- set texts = event_columns() | reject('in', [
        'source_name', 'occurred_at', 'received_at', 'first_seen_at', 'engagement_ms',
        'scroll_percent', 'page_load_ms', 'revenue', 'unread_revenue',
    ]) | list -%}
    {#- Here a placeholder is GA4's own word, which the channel rules know, or one of the
        seeds of words; JSON is none, and long. -#}
    {%- set ruled = campaign_tag_columns() + placeholder_columns() + consent_columns()
        + ['properties', 'items'] -%}
    {%- set finishing = finishing_columns(name, map) -%}
    {%- set click_ids = click_id_columns('parameters') -%}
    with shaped as (
        {{ shape }}
    ),

    mapped as (
        select
            {%- for column in mapped_columns() %}
                {%- set expression = map.get(column, 'null') %}
                {{ text_of(expression) if column in texts else expression }}
                    as raw_{{ column }}
                {{- ',' if not loop.last }}
            {%- endfor %}
        from shaped
        {{ source_filter(source, types) }}
    ),

    -- Times before texts: whoever asks for some hours of arrival has only theirs cleaned,
    -- and whoever counts arrivals reads no other time.
    timed as (
        select
            *,
            {{ source_time('raw_occurred_at', column_clock('occurred_at', source)) }}
            {%- if 'clock_offset_ms' in map %}
                + coalesce({{ safe_number('raw_clock_offset_ms', 'bigint') }}, 0)
                * interval '0.001' second
            {%- endif %} as occurred_at,
            {%- for column in ['received_at', 'first_seen_at'] %}
            {{ source_time('raw_' ~ column, column_clock(column, source)) }} as {{ column }}
                {{- ',' if not loop.last }}
            {%- endfor %}
        from mapped
    ),

    trimmed as (
        select
            *
            {%- for column in texts %},
                {{ trimmed('raw_' ~ column) }} as trimmed_{{ column }}
            {%- endfor %}
        from timed
    ),

    cleaned as (
        select
            occurred_at,
            received_at,
            first_seen_at,
            {%- for column in texts %}
                {{ clean_text('trimmed_' ~ column) if column not in ruled
                    else "nullif(trimmed_" ~ column ~ ", '')" }} as {{ column }},
            {%- endfor %}
            {{ safe_number('raw_engagement_ms', 'bigint') }} as engagement_ms,
            {{ safe_number('raw_scroll_percent', 'numeric(5, 2)') }} as scroll_percent,
            {{ safe_number('raw_page_load_ms', 'bigint') }} as page_load_ms,
            {{ safe_amount('raw_revenue') }} as revenue,
            {{ unread_amount('raw_revenue') }} as unread_revenue
        from trimmed
    ),

    -- What do the addresses say? Each is read once, and what it says is decoded once. Most
    -- names are written as the contract's are.
    addressed as (
        {{ computed_once('cleaned', {
            'event_words': "case when " ~ matches_regex(
                'event_name', "'^[a-z]+(_[a-z]+)*$'"
            ) ~ ' then event_name else ' ~ separated_words('event_name') ~ ' end',
            'parameters': url_parameters('page_url'),
            'page_url_host': url_host('page_url'),
            'page_url_path': url_path('page_url'),
            'referrer_url_host': url_host('referrer_url'),
        }) }}
    ),

    tagged as (
        {{ computed_once('addressed', tag_expressions(click_ids)) }}
    ),

    -- Of several click ids that of the lowest priority counts.
    clicked as (
        {{ computed_once('tagged', {'click_pair': told_click_id(click_ids)}) }}
    ),

    decoded as (
        {{ computed_once('clicked', decoded_expressions()) }}
    ),

    finished as (
        select
            {%- for column in event_columns() %}
                {{ finishing.get(column, column) }}
                {%- if column in finishing %} as {{ column }}{% endif %}
                {{- ',' if not loop.last }}
            {%- endfor %}
        from decoded
    ),

    -- What the contract calls what the tracker calls otherwise.
    named as (
        {{ named_events(source) }}
    )

    select * from named
{%- endmacro %}

{#- What a column becomes that is not what was mapped, or not that alone. -#}
{% macro finishing_columns(name, map) -%}
    {%- set whole_row = mapped_columns() | select('in', map)
        | reject('in', ['event_id', 'clock_offset_ms']) | list -%}
    {%- set columns = {
        'source_name': sql_literal(name),
        'event_id': 'coalesce(event_id, ' ~ surrogate_key(whole_row) ~ ')',
        'platform': platform_form('platform'),
        'received_at': 'coalesce(received_at, occurred_at)',
        'event_name': 'coalesce(' ~ snake_case('event_words') ~ ", 'unknown')",
        'page_host': host_form(told_host('page', map)),
        'page_path': 'coalesce(page_path, page_url_path)',
        'referrer_host': host_form(told_host('referrer', map)),
        'click_id': 'coalesce(click_id, decoded_click_id)',
        'click_id_type':
            'coalesce(' ~ ascii_lower_case('click_id_type') ~ ', '
            ~ click_id_name('click_pair') ~ ')',
        'device_category': ascii_lower_case('device_category'),
        'country_code': 'upper(country_code)',
        'currency': 'upper(currency)',
    } -%}
    {#- What a tool has masked tells of nothing. -#}
    {%- for tag in campaign_tag_columns() -%}
        {%- do columns.update({
            tag: 'coalesce(case when lower(' ~ tag ~ ") not in ('<other>', '(data deleted)',"
                ~ " '<obfuscated>') then " ~ tag ~ ' end, nullif('
                ~ trimmed('decoded_' ~ tag) ~ ", ''))"
        }) -%}
    {%- endfor -%}
    {{ return(columns) }}
{%- endmacro %}

{#- A host that a map names, and where it names none that of the URL. -#}
{% macro told_host(of, map) -%}
    {{ return(
        'coalesce(' ~ named_host(of ~ '_host') ~ ', ' ~ of ~ '_url_host)'
        if of ~ '_host' in map else of ~ '_url_host'
    ) }}
{%- endmacro %}

{#- What the page's URL says of where a visitor came from, as it is written there. -#}
{% macro tag_expressions(click_ids) -%}
    {%- set columns = {} -%}
    {%- for tag in campaign_tag_columns() -%}
        {%- do columns.update({'written_' ~ tag: url_parameter('parameters', tag)}) -%}
    {%- endfor -%}
    {#- Plausible's users tag by these names too; elsewhere they may mean anything. -#}
    {%- if var('channel_preset') == 'plausible' -%}
        {%- do columns.update({'written_utm_source': 'coalesce('
            ~ columns['written_utm_source'] ~ ', '
            ~ url_parameter('parameters', 'source') ~ ', '
            ~ url_parameter('parameters', 'ref') ~ ')'
        }) -%}
    {%- endif -%}
    {{ return(dict(columns, **click_ids)) }}
{%- endmacro %}

{#- And as it was meant. -#}
{% macro decoded_expressions() -%}
    {%- set columns = {'decoded_click_id': percent_decoded(pair_value('click_pair'))} -%}
    {%- for tag in campaign_tag_columns() -%}
        {%- do columns.update({
            'decoded_' ~ tag: percent_decoded('written_' ~ tag)
        }) -%}
    {%- endfor -%}
    {{ return(columns) }}
{%- endmacro %}

{#- The ad spend of sources: of those of the demo, which has it in a relation of its own,
    `shape`; without one, what every other source names as its spend, which may be
    nothing. -#}
{% macro staged_ad_spend(shape=none) -%}
    {%- for name, source in sources().items() if (source.preset == 'demo') == (shape is not none) %}
        select
            {{ sql_literal(name) }} as source_name,
            cast({{ source_time('spend_date', spend_clock(source)) }} as date)
                as spend_date,
            {%- for column in ['source', 'medium', 'campaign'] %}
                {{ campaign_tag('trimmed_' ~ column) }} as {{ column }},
            {%- endfor %}
            upper({{ clean_text('trimmed_currency') }}) as currency,
            {{ safe_amount('cost') }} as spend,
            {{ safe_number('clicks', 'bigint') }} as clicks,
            {{ safe_number('impressions', 'bigint') }} as impressions,
            {{ clean_text('trimmed_spend_id') }} as spend_id
        from (
            select
                spend_date,
                cost,
                clicks,
                impressions,
                {%- for column in ['source', 'medium', 'campaign', 'currency'] %}
                    {{ trimmed(text_of(column)) }} as trimmed_{{ column }},
                {%- endfor %}
                {{ trimmed(text_of(tried(source.get('spend_id') or 'null'))) }}
                    as trimmed_spend_id
            from
                {%- if shape %} {{ shape }}
                {%- elif source.get('spend') %} {{ source_rows(name, 'spend') }} as spent
                {%- else %} (
                    select
                        {%- for column in spend_columns() %}
                            cast(null as {{ dbt.type_string() }}) as {{ column }}
                            {{- ',' if not loop.last }}
                        {%- endfor %}
                ) as nothing
            where false
                {%- endif %}
        ) as trimmed
        {{ 'union all' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{#- How a source writes days: as it writes times, but a day is no time of any clock. -#}
{% macro spend_clock(source) -%}
    {%- set format = source.get('time_format') or '' -%}
    {{ return({'time_format': modules.re.sub('[ T]*%[HI].*$', '', format)}) }}
{%- endmacro %}

{#- The columns that a table or file of ad spend has. -#}
{% macro spend_columns() -%}
    {{ return([
        'spend_date', 'source', 'medium', 'campaign', 'currency', 'cost', 'clicks',
        'impressions',
    ]) }}
{%- endmacro %}

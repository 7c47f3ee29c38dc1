-- grain: one row per request in the logs that the sources of the preset access_log name.

-- A var says whether this is read, so dbt cannot see it.
-- depends_on: {{ ref('footfall', 'stg_files__lines') }}

with staged as (
    {% call(name) staged_events('access_log') %}
        with requests as (
            select * from {{ source_rows(name) }} as requests
        ),

        -- Equal lines are usual, and a log changes its name when it is rotated: neither its
        -- name nor the line's number makes a request, but how many are like it.
        numbered as (
            select
                *,
                row_number() over (
                    partition by
                        host, address, user_name, logged_at, method, target, status,
                        byte_count, referrer, user_agent
                    order by address
                ) as repetition
            from requests
        ),

        -- The address and the browser are the visitor, as far as a log knows one; the
        -- address itself goes no further.
        identified as (
            select
                *,
                {{ surrogate_key([
                    'host', 'address', 'user_name', 'logged_at', 'method', 'target',
                    'status', 'byte_count', 'referrer', 'user_agent', 'repetition',
                ]) }} as event_id,
                {{ surrogate_key(
                    ['address', 'user_agent']
                    + [sql_literal(render(source_option(name, 'salt')))]
                    + (['substr(' ~ text_of('logged_at') ~ ', 1, 11)']
                        if source_option(name, 'forgets_visitors_daily') else [])
                ) }} as visitor_id,
                lower({{ regex_group('target', '^([^?#]*)') }}) as lower_path
            from numbered
        )

        select
            *,
            -- Who takes the server for a proxy asks for whole addresses, and for others.
            case
                when target like '/%'
                    then coalesce(
                        'https://' || host,
                        {%- for own_host in (source_option(name, 'own_hosts') or [])[:1] %}
                            {{ sql_literal('https://' ~ own_host) }},
                        {%- endfor %}
                        ''
                    ) || target
                when target like '%://%' then target
            end as page_url,
            case
                when
                    method = 'GET'
                    and status in ('200', '304')
                    and not {{ matches_regex('lower_path', sql_literal('[.]('
                        ~ (source_option(name, 'asset_endings') or []) | join('|')
                        ~ ')$')) }}
                    then 'page_view'
                else 'request'
            end as event_name
        from identified
    {% endcall %}
)

select * from staged

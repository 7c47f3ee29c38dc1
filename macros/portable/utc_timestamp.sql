{#- A text or timestamp as a UTC timestamp, null where it cannot be read: a plain cast
    stops the run at one bad row, and forgets an offset such as +02:00. What engines
    read differs widely, so one pattern says what is a time at all. -#}
{% macro utc_timestamp(value) -%}
    {{ adapter.dispatch('utc_timestamp', 'footfall')(value) }}
{%- endmacro %}

{#- Year, month and day; then maybe hours, minutes and seconds; then maybe an offset. -#}
{% macro timestamp_pattern() -%}
    {{ return(
        '^ *[1-9][0-9]{3}[-/](0?[1-9]|1[0-2])[-/](0?[1-9]|[12][0-9]|3[01])'
        ~ '([T ]([01]?[0-9]|2[0-3]):[0-5]?[0-9](:[0-5]?[0-9]([.][0-9]+)?'
        ~ '(Z| UTC|[+-](0[0-9]|1[0-5])(:?[0-5][0-9])?)?)?)? *$'
    ) }}
{%- endmacro %}

{#- No cast that yields null: the days that a month lacks are ruled out before it.
    More than microseconds are cut off, not rounded. -#}
{% macro default__utc_timestamp(value) -%}
    {%- set text -%} cast({{ value }} as {{ dbt.type_string() }}) {%- endset -%}
    {%- set exact -%}
        regexp_replace({{ text }}, '([.][0-9]{6})[0-9]+', '\1')
    {%- endset -%}
    case
        when {{ text }} !~ '{{ timestamp_pattern() }}' then null
        when {{ text }} ~ '^ *[0-9]{4}[-/](0?2[-/]3[01]|(0?[469]|11)[-/]31)' then null
        when
            {{ text }} ~ '^ *[0-9]{4}[-/]0?2[-/]29'
            and {{ text }} !~ '^ *([0-9]{2}(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)'
            then null
        when {{ text }} ~ ':.*(Z|UTC|[+-])'
            then cast({{ exact }} as timestamp with time zone) at time zone 'UTC'
        else cast({{ exact }} as timestamp)
    end
{%- endmacro %}

{#- What has no offset is read without the calendar of time zones, three times as fast,
    and what is a timestamp already without becoming a text: its type is known before
    the first row is read. -#}
{% macro duckdb__utc_timestamp(value) -%}
    {%- set text -%} cast({{ value }} as {{ dbt.type_string() }}) {%- endset -%}
    case
        when typeof({{ value }}) = 'TIMESTAMP'
            then
                case
                    when try_cast({{ value }} as timestamp)
                        between timestamp '1000-01-01'
                        and timestamp '9999-12-31 23:59:59.999999'
                        then try_cast({{ value }} as timestamp)
                end
        when not regexp_matches({{ text }}, '{{ timestamp_pattern() }}') then null
        when {{ text }} like '%:%+%' or {{ text }} like '%:%-%'
            then cast(timezone('UTC', try_cast({{ value }} as timestamptz)) as timestamp)
        else try_cast({{ value }} as timestamp)
    end
{%- endmacro %}

{#- The session's time zone is UTC, so a text without offset is read as UTC. -#}
{% macro spark__utc_timestamp(value) -%}
    case
        when cast({{ value }} as string) rlike '{{ timestamp_pattern() }}'
            then try_cast(
                replace(replace(trim(cast({{ value }} as string)), '/', '-'), ' UTC', 'Z')
                as timestamp
            )
    end
{%- endmacro %}

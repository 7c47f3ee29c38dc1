{#- A text, timestamp or count since 1970 as a UTC timestamp, null where it cannot be
    read: a plain cast stops the run at one bad row, and forgets an offset such as
    +02:00. What engines read differs widely, so one pattern says what is a time at
    all, and other spellings are brought into its form. How many digits a bare number
    has says its unit: a rule for each row alone gives a row the same time whatever
    else arrives, and from 2001 to 2286 seconds have ten digits, milliseconds thirteen
    and microseconds sixteen. A count is rounded to the microsecond, since a float is
    not exact; of a text what is finer is cut off. -#}
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

{#- So many digits before the point, also where a float is written with an exponent. -#}
{% macro count_pattern(digits) -%}
    {{ return(
        '^[' ~ white_space() ~ ']*([1-9][0-9]{' ~ (digits - 1) ~ '}([.][0-9]*)?'
        ~ '|[1-9]([.][0-9]+)?[eE][+]?0?' ~ (digits - 1) ~ ')[' ~ white_space() ~ ']*$'
    ) }}
{%- endmacro %}

{% macro default__utc_timestamp(value) -%}
    case {{ spelled_times(value) }} end
{%- endmacro %}

{#- What is a timestamp already is one without becoming a text: its type is known before
    the first row is read. -#}
{% macro duckdb__utc_timestamp(value) -%}
    case
        when typeof({{ value }}) = 'TIMESTAMP'
            then
                case
                    when try_cast({{ value }} as timestamp)
                        between timestamp '1000-01-01'
                        and timestamp '9999-12-31 23:59:59.999999'
                        then try_cast({{ value }} as timestamp)
                end
        {{ spelled_times(value) }}
    end
{%- endmacro %}

{#- The branches of a case, the commonest spelling first. -#}
{% macro spelled_times(value) -%}
    {%- set text -%} cast({{ value }} as {{ dbt.type_string() }}) {%- endset -%}
    {%- set is_time = sql_literal(timestamp_pattern()) -%}
    {%- set padding = '^[' ~ white_space() ~ ']+|[' ~ white_space() ~ ']+$' -%}
    {%- set trimmed = replaced_regex(text, padding, '') -%}
    {%- set number = safe_number(trimmed, 'numeric(19, 6)') -%}
    {%- set respelled = respelled_time(trimmed) -%}
    when {{ matches_regex(text, is_time) }} then {{ read_time(text) }}
    {%- for digits, microseconds in [
        (10, 'cast(round(' ~ product(number, 1000000, 0, 6) ~ ') as bigint)'),
        (13, 'cast(round(' ~ product(number, 1000, 0, 6) ~ ') as bigint)'),
        (16, safe_number(trimmed, 'bigint')),
    ] %}
        when {{ matches_regex(text, sql_literal(count_pattern(digits))) }}
            then {{ counted_time(microseconds) }}
    {%- endfor %}
    when {{ matches_regex(respelled, is_time) }} then {{ read_time(respelled) }}
{%- endmacro %}

{#- Capitals, a point before fractions, one blank before hours and none after, seconds
    before an offset, and an offset for a zone. Anything else stays what it is. -#}
{% macro respelled_time(text) -%}
    {%- set blank = '[' ~ white_space() ~ ']' -%}
    {%- set changes = [
        ('^([0-9/-]+)' ~ blank ~ '+', '\\1 '),
        ('(:[0-9.]+)' ~ blank ~ '*(Z|UTC|GMT)$', '\\1+00:00'),
        ('(:[0-9.]+)' ~ blank ~ '*(UTC|GMT)?([+-][0-9:]+)$', '\\1\\3'),
        ('([T ][0-9]+:[0-9]+)([+-])', '\\1:00\\2'),
    ] -%}
    {%- set spelled = namespace(text='upper(replace(' ~ text ~ ", ',', '.'))") -%}
    {%- for pattern, replacement in changes -%}
        {%- set spelled.text = replaced_regex(spelled.text, pattern, replacement) -%}
    {%- endfor -%}
    {{ return(spelled.text) }}
{%- endmacro %}

{#- A text of the pattern's form as a timestamp, null where a month lacks the day. -#}
{% macro read_time(text) -%}
    {{ adapter.dispatch('read_time', 'footfall')(text) }}
{%- endmacro %}

{#- No cast that yields null: the days that a month lacks are ruled out before it.
    More than microseconds are cut off, not rounded. -#}
{% macro default__read_time(text) -%}
    {%- set exact -%}
        regexp_replace({{ text }}, '([.][0-9]{6})[0-9]+', '\1')
    {%- endset -%}
    case
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

{#- What has no offset is read without the calendar of time zones, three times as
    fast. -#}
{% macro duckdb__read_time(text) -%}
    case
        when {{ text }} like '%:%+%' or {{ text }} like '%:%-%'
            then cast(timezone('UTC', try_cast({{ text }} as timestamptz)) as timestamp)
        else try_cast({{ text }} as timestamp)
    end
{%- endmacro %}

{#- The session's time zone is UTC, so a text without offset is read as UTC. -#}
{% macro spark__read_time(text) -%}
    try_cast(
        replace(replace(trim({{ text }}), '/', '-'), ' UTC', 'Z') as timestamp
    )
{%- endmacro %}

{#- Microseconds since 1970 as a timestamp. -#}
{% macro counted_time(microseconds) -%}
    {{ adapter.dispatch('counted_time', 'footfall')(microseconds) }}
{%- endmacro %}

{% macro default__counted_time(microseconds) -%}
    timestamp '1970-01-01' + {{ microseconds }} * interval '1 microsecond'
{%- endmacro %}

{% macro duckdb__counted_time(microseconds) -%}
    make_timestamp({{ microseconds }})
{%- endmacro %}

{% macro spark__counted_time(microseconds) -%}
    timestamp_micros({{ microseconds }})
{%- endmacro %}

{#- A time that a source delivers as a UTC timestamp: in its time_format where it has one
    and the text is of it; on the clocks of its timezone where the text tells no offset,
    so that a mere day begins at midnight there. -#}
{% macro source_time(value, source) -%}
    {%- set format = source.get('time_format') -%}
    {%- set text = formatted_time(value, format) if format else value -%}
    {%- set time = utc_timestamp(text) -%}
    {%- if format and '%p' in format -%}
        {%- set half_day = half_day_hours(value, format) -%}
        {%- set time -%} {{ time }} + {{ half_day }} * interval '1' hour {%- endset -%}
    {%- endif -%}
    {%- if source.get('timezone') -%}
        {%- set blank = '[' ~ white_space() ~ ']*' -%}
        {%- set local = '^' ~ blank ~ '[0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2}([Tt]|'
            ~ blank ~ ')([0-9]{1,2}:[0-9:.,]+)?' ~ blank ~ '$' -%}
        case
            when {{ matches_regex(text_of(text), sql_literal(local)) }}
                then {{ instant_of(time, source.timezone) }}
            else {{ time }}
        end
    {%- else -%}
        {{ time }}
    {%- endif -%}
{%- endmacro %}

{#- A source as it says of one column on which clocks it is: a count since 1970 is on none. -#}
{% macro column_clock(column, source) -%}
    {%- set is_counted = 'since_1970(' in column_map(source).get(column, '') -%}
    {{ return(dict(source, timezone=none) if is_counted else source) }}
{%- endmacro %}

{#- The codes of a time format: pattern of each, as in the C library's strptime. -#}
{% macro time_format_codes() -%}
    {{ return({
        'Y': '[0-9]{4}', 'y': '[0-9]{2}', 'm': '[0-9]{1,2}', 'b': '[A-Za-z]{3}',
        'd': '[0-9]{1,2}', 'H': '[0-9]{1,2}', 'I': '[0-9]{1,2}', 'M': '[0-9]{1,2}',
        'S': '[0-9]{1,2}', 'f': '[0-9]{1,9}', 'p': '[AaPp][.]?[Mm][.]?',
        'z': 'Z|[+-][0-9]{2}:?[0-9]{2}',
    }) }}
{%- endmacro %}

{#- [pattern of a time format with a group for each code, codes in their order]. Stops the
    run where no time could be told by it. -#}
{% macro time_format_parts(format, start='') -%}
    {%- set codes = [] -%}
    {%- set patterns = [] -%}
    {%- set known = time_format_codes() -%}
    {%- for part in modules.re.findall('%.?|[^%]+', format) -%}
        {%- if part.startswith('%') -%}
            {%- set code = part[1:] -%}
            {%- if code not in known or code in codes -%}
                {%- do stop_run(
                    start ~ "has the time_format '" ~ format ~ "', of which " ~ part
                    ~ ' is unknown or comes twice: the codes are %'
                    ~ known | join(', %') ~ '.'
                ) -%}
            {%- endif -%}
            {%- do codes.append(code) -%}
            {%- do patterns.append('(' ~ known[code] ~ ')') -%}
        {%- else -%}
            {%- set literal = modules.re.escape(part) -%}
            {%- do patterns.append(
                modules.re.sub('(\\\\?\\s)+', '[' ~ white_space() ~ ']+', literal)
            ) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- set has = namespace(all=true) -%}
    {%- for any_of in ['Yy', 'mb', 'd'] -%}
        {%- if codes | select('in', any_of) | list | length != 1 -%}
            {%- set has.all = false -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if not has.all or ('p' in codes) != ('I' in codes)
        or ('H' in codes and 'I' in codes) -%}
        {%- do stop_run(
            start ~ "has the time_format '" ~ format ~ "', but that must say one year (%Y"
            ~ ' or %y), month (%m or %b) and day (%d), and %I with %p or %H without.'
        ) -%}
    {%- endif -%}
    {%- set blank = '[' ~ white_space() ~ ']*' -%}
    {{ return(['^' ~ blank ~ patterns | join('') ~ blank ~ '$', codes]) }}
{%- endmacro %}

{#- A text of a time format in the one order that needs no guess; other texts stay. -#}
{% macro formatted_time(value, format) -%}
    {%- set pattern, codes = time_format_parts(format) -%}
    {%- set group = {} -%}
    {%- for code in codes -%}
        {%- do group.update({code: '\\' ~ loop.index}) -%}
    {%- endfor -%}
    {%- set year = group.get('Y') or '20' ~ group.get('y') -%}
    {%- set hour = group.get('H') or group.get('I') or '00' -%}
    {%- set fraction = '.' ~ group.get('f') if 'f' in group else '' -%}
    {%- set ordered = year ~ '-' ~ (group.get('m') or group.get('b')) ~ '-' ~ group.get('d')
        ~ ' ' ~ hour ~ ':' ~ group.get('M', '00') ~ ':' ~ group.get('S', '00') ~ fraction
        ~ group.get('z', '') -%}
    {%- set text = replaced_regex(text_of(value), pattern, ordered) -%}
    {%- if 'b' in codes -%}
        {%- set months = [
            'Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov',
            'Dec',
        ] -%}
        {%- set named = namespace(text=text) -%}
        {%- for month in months -%}
            {%- set letters = [] -%}
            {%- for letter in month -%}
                {%- do letters.append('[' ~ letter | upper ~ letter | lower ~ ']') -%}
            {%- endfor -%}
            {%- set named.text = replaced_regex(
                named.text, '-' ~ letters | join ~ '-', '-' ~ '%02d' % loop.index ~ '-'
            ) -%}
        {%- endfor -%}
        {{ return(named.text) }}
    {%- endif -%}
    {{ return(text) }}
{%- endmacro %}

{#- What 01:00 PM and 12:00 AM are apart from 01:00 and 12:00, in hours. -#}
{% macro half_day_hours(value, format) -%}
    {%- set pattern, codes = time_format_parts(format) -%}
    {%- set hour, half = codes.index('I') + 1, codes.index('p') + 1 -%}
    {%- set text -%}
        upper({{ replaced_regex(
            text_of(value), pattern, '\\' ~ hour ~ ' ' ~ '\\' ~ half
        ) }})
    {%- endset -%}
    case
        when {{ text }} like '12 A%' then -12
        when {{ text }} like '__ P%' or {{ text }} like '_ P%'
            then case when {{ text }} like '12 %' then 0 else 12 end
        else 0
    end
{%- endmacro %}

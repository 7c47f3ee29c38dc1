{#- Stops a run at the first var that is not what it may be. -#}
{% macro assert_vars() -%}
    {%- for name in known_vars() -%} {%- do assert_var(name) -%} {%- endfor -%}
    {%- set earliest = var('event_earliest_date') | string -%}
    {%- set latest = var('event_latest_date') | string -%}
    {%- if earliest > latest -%}
        {%- do stop_run(
            'the var event_earliest_date is ' ~ earliest
            ~ ', but must be no later than event_latest_date, ' ~ latest ~ '.'
        ) -%}
    {%- endif -%}
{%- endmacro %}

{#- The same of one var. What is a list or a map is asked for while dbt parses too, where
    it is read: dbt would stumble over another kind before any hook runs. What is neither
    waits for the hook where another project has this one as a package, so that a run of
    its own models works. -#}
{% macro assert_var(name) -%}
    {%- set described, value = described_vars()[name], var(name) -%}
    {%- if not execute and project_name != 'footfall'
        and described.kind not in ['list', 'map', 'sources'] -%}
        {{ return('') }}
    {%- endif -%}
    {%- set start = 'the var ' ~ name ~ ' ' -%}
    {%- set right = ', but must be ' ~ var_may_be(described) ~ '.' -%}
    {%- if described.kind == 'list' and is_list(value) -%}
        {%- do assert_items(start, value, described.of) -%}
    {%- elif described.kind == 'map' and value is mapping -%}
        {%- do assert_items(start, value | list, 'platform') -%}
        {%- for key, number in value.items() if not is_number_of(number, described) -%}
            {%- do stop_run(start ~ 'gives ' ~ key ~ ' ' ~ shown_value(number) ~ right) -%}
        {%- endfor -%}
    {%- elif described.kind == 'sources' -%}
        {%- do sources() -%}
    {%- elif not (value is none and described.null) -%}
        {%- if not is_right(value, described) -%}
            {%- do stop_run(start ~ 'is ' ~ shown_value(value) ~ right) -%}
        {%- elif described.kind == 'timezone' -%}
            {%- do assert_timezone(start ~ 'is ', value) -%}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{#- Whether a value that is neither a list nor a map is of its kind. -#}
{% macro is_right(value, described) -%}
    {%- set kind = described.kind -%}
    {%- if kind == 'number' -%} {{ return(is_number_of(value, described)) }}
    {%- elif kind == 'share' -%}
        {{ return(value is number and value is not boolean and 0 <= value <= 1) }}
    {%- elif kind == 'flag' -%} {{ return(value is boolean) }}
    {%- elif kind == 'date' -%} {{ return(is_date(value | string)) }}
    {%- elif kind == 'choice' -%} {{ return(value in described.of) }}
    {%- elif kind == 'switches' -%}
        {{ return(
            value is mapping and value | sort == described.of
            and value.values() | reject('boolean') | list == []
        ) }}
    {%- elif kind == 'currency' -%}
        {{ return(
            value is string and modules.re.fullmatch('[A-Z]{3}', value) is not none
        ) }}
    {%- elif kind in ['preset', 'timezone'] -%}
        {{ return(value is string and value | trim != '') }}
    {%- endif -%}
    {{ return(false) }}
{%- endmacro %}

{% macro is_number_of(value, described) -%}
    {{ return(
        value is integer and value is not boolean
        and described.least <= value <= described.most
    ) }}
{%- endmacro %}

{% macro is_list(value) -%}
    {{ return(value is not string and value is not mapping and value is iterable) }}
{%- endmacro %}

{#- Whether a text is a day of the calendar, such as 2026-01-31: one that its month lacks
    would stop the run in the middle. -#}
{% macro is_date(text) -%}
    {%- set pattern = '[1-9][0-9]{3}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])' -%}
    {%- if modules.re.fullmatch(pattern, text) is none -%} {{ return(false) }} {%- endif -%}
    {%- set first = modules.datetime.date.fromisoformat(text[:8] ~ '01') -%}
    {%- set days = modules.datetime.timedelta(days=text[8:] | int - 1) -%}
    {{ return((first + days).month == first.month) }}
{%- endmacro %}

{#- An IANA name as it is spelt: engines know others, not all of them the same. -#}
{% macro assert_timezone(says, name) -%}
    {%- set wrong = says ~ shown_value(name) ~ ', but must be an IANA name such as ' -%}
    {%- set zone = try_or_compiler_error(
        'footfall: ' ~ wrong ~ 'Europe/Berlin.', modules.pytz.timezone, name
    ) -%}
    {%- if zone.zone != name -%} {%- do stop_run(wrong ~ zone.zone ~ '.') -%} {%- endif -%}
{%- endmacro %}

{#- Stops where what a list or map names is no name, or is named twice. -#}
{% macro assert_items(start, items, of, place='') -%}
    {%- set forms = [] -%}
    {%- for item in items -%}
        {%- if item is not string or not item | trim -%}
            {%- do stop_run(
                start ~ 'names ' ~ shown_value(item) ~ place ~ ', but the name of '
                ~ an(of) ~ ' must be a text.'
            ) -%}
        {%- endif -%}
        {%- if of == 'host' -%} {%- do own_host(item, start, place) -%}
        {%- elif of == 'preset' -%} {%- do assert_own_preset(start, item) -%}
        {%- endif -%}
        {#- Names of platforms are one whatever their case. -#}
        {%- set form = item | trim | lower if of == 'platform' else item -%}
        {%- if form in forms -%}
            {%- do stop_run(
                start ~ 'names ' ~ shown_value(item) ~ place
                ~ ' twice, but must name each ' ~ of ~ ' once.'
            ) -%}
        {%- endif -%}
        {%- do forms.append(form) -%}
    {%- endfor -%}
{%- endmacro %}

{#- One's own presets are folders and parts of models' names. -#}
{% macro assert_own_preset(start, name) -%}
    {%- set is_shipped = name in shipped_presets() -%}
    {%- if is_shipped or not modules.re.fullmatch('[a-z][a-z0-9_]*', name) -%}
        {%- do stop_run(
            start ~ 'names ' ~ shown_value(name) ~ ', but must name '
            ~ ('presets other than those of footfall.' if is_shipped
                else 'folders of letters a to z, digits and underscores.')
        ) -%}
    {%- endif -%}
{%- endmacro %}

{% macro an(noun) -%}
    {{ return(('an ' if noun[0] in 'aeiou' else 'a ') ~ noun) }}
{%- endmacro %}

{#- A value as a sentence quotes it: a text that looks like a number is told from one. -#}
{% macro shown_value(value) -%}
    {%- if value is none -%} {{ return('null') }} {%- endif -%}
    {%- set text = value | string | replace('\n', ' ') | truncate(60, true) -%}
    {%- set text = text | lower if value is boolean else text -%}
    {%- set is_bare = value is not string or
        modules.re.fullmatch('[-+.0-9eE]*|true|false|null', value | lower) is none -%}
    {{ return("{}'{}'".format('' if is_bare else 'the text ', text)) }}
{%- endmacro %}

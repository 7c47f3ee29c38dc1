{#- The var sources, checked: name of a source -> its options, those of its preset that it
    does not name included; of one preset alone, if one is named. dbt parses the unions
    before any hook runs, so what is wrong has to be caught where it is used. -#}
{% macro sources(preset=none) -%}
    {%- do assert_new_form() -%}
    {%- set given = var('sources') -%}
    {%- if given is not mapping or not given -%}
        {%- do stop_run(
            'the var sources is ' ~ shown_value(given) ~ ', but must map the name of each'
            ~ " source to its options, such as {shop: {preset: columns, events: 'in/*.csv',"
            ~ ' columns: {visitor_id: cookie, occurred_at: time, event_name: action}}}.'
        ) -%}
    {%- endif -%}
    {%- set found = {} -%}
    {%- for name, options in given.items() -%}
        {%- if name is not string or not name | trim -%}
            {%- do stop_run(
                'the var sources names a source ' ~ shown_value(name)
                ~ ', but a name must be a text, in quotes where it is a number.'
            ) -%}
        {%- endif -%}
        {%- do assert_options(name, options) -%}
        {%- if preset in [none, options.preset] -%}
            {%- set said = dict(preset_meta(options.preset, 'options')) -%}
            {%- for option, value in options.items()
                if value is not none or option not in said -%}
                {%- do said.update({option: value}) -%}
            {%- endfor -%}
            {%- do found.update({name: said}) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

{#- The presets: folders of models/staging, which a test holds to be equal, and one's own,
    which a var names since dbt shows no folder while it parses. -#}
{% macro known_presets() -%}
    {%- if var('own_presets') != [] -%} {%- do assert_var('own_presets') -%} {%- endif -%}
    {{ return(shipped_presets() + (var('own_presets') or []) | list) }}
{%- endmacro %}

{% macro shipped_presets() -%}
    {{ return([
        'columns', 'demo', 'ga4', 'snowplow', 'segment', 'posthog', 'matomo',
        'access_log', 'shopify_orders',
    ]) }}
{%- endmacro %}

{#- The presets of the sources there are, each once. -#}
{% macro used_presets() -%}
    {{ return(sources().values() | map(attribute='preset') | unique | sort) }}
{%- endmacro %}

{#- The presets whose folders hold spend: that of the demo, and that of all others. -#}
{% macro spending_presets() -%}
    {%- set used = used_presets() -%}
    {{ return(
        (['columns'] if used | reject('equalto', 'demo') | list else [])
        + used | select('equalto', 'demo') | list
    ) }}
{%- endmacro %}

{#- How a sentence about a source begins. -#}
{% macro source_words(name) -%}
    {{ return('the source ' ~ name ~ ' of the var sources ') }}
{%- endmacro %}

{#- What a source says in SQL over its rows: its map, and its filter as where; of its
    spend, what tells rows apart. -#}
{% macro said_expressions(source, input_kind='events') -%}
    {%- if input_kind == 'spend' -%}
        {{ return({'spend_id': source.spend_id} if source.get('spend_id') else {}) }}
    {%- endif -%}
    {%- set said = dict(source.get('columns') or {}) -%}
    {%- if source.get('where') -%}
        {%- do said.update({'where': source.where}) -%}
    {%- endif -%}
    {%- set passed = source.get('passthrough') or [] -%}
    {%- for name in passed -%}
        {%- do said.update({
            'passthrough ' ~ name: passed[name] if passed is mapping else name
        }) -%}
    {%- endfor -%}
    {{ return(said) }}
{%- endmacro %}

{#- The filter of a source's rows, as the end of a select. -#}
{% macro source_filter(source, types) -%}
    {%- if source.get('where') -%}
        where {{ tried(origin_sql(source.where, types)) }}
    {%- endif -%}
{%- endmacro %}

{#- What a source of a preset may say, and of which kind it is: besides what all may say,
    where the preset's inputs are, and its own options, which are of the kind of their
    default. -#}
{% macro source_options(preset) -%}
    {%- set own = {} -%}
    {%- for input in preset_meta(preset, 'inputs') -%}
        {%- do own.update({input: 'text'}) -%}
    {%- endfor -%}
    {%- for option, default in preset_meta(preset, 'options').items() -%}
        {%- do own.update({
            option: 'text' if default is string else 'flag' if default is boolean
                else 'number' if default is number else 'list'
        }) -%}
    {%- endfor -%}
    {{ return(dict(own, **{
        'preset': 'text', 'events': 'text', 'columns': 'mapping', 'spend': 'text',
        'spend_id': 'text', 'own_hosts': 'list', 'where': 'text', 'timezone': 'text',
        'encoding': 'text', 'time_format': 'text', 'event_names': 'mapping',
        'passthrough': 'list or mapping', 'split_by_app': 'flag',
        'when_rows_go': 'text',
    })) }}
{%- endmacro %}

{#- What a source says for an option, or its preset for it; nothing while dbt parses, be it
    a text or a list. -#}
{% macro source_option(name, option) -%}
    {{ return(sources()[name].get(option, '')) }}
{%- endmacro %}

{% macro assert_options(name, options) -%}
    {%- set start = source_words(name) -%}
    {%- if options is not mapping or 'preset' not in options -%}
        {%- do stop_run(
            start ~ 'must say its preset, one of ' ~ known_presets() | join(', ')
            ~ ', such as {preset: columns}.'
        ) -%}
    {%- endif -%}
    {%- if options.preset not in known_presets() -%}
        {%- do stop_run(
            start ~ 'has the preset ' ~ shown_value(options.preset)
            ~ ', but the presets are ' ~ known_presets() | join(', ') ~ '.'
        ) -%}
    {%- endif -%}
    {#- What a preset asks for is not known while dbt parses. -#}
    {%- set known = source_options(options.preset) -%}
    {%- for option, value in options.items()
        if option in known or preset_model(options.preset) -%}
        {%- if option not in known -%}
            {%- do stop_run(
                start ~ 'has the option ' ~ shown_value(option) ~ ', which is none; '
                ~ or_nearest(option, known, 'option')
            ) -%}
        {%- endif -%}
        {%- set is_right = {
            'text': value is string and value | trim,
            'mapping': value is mapping,
            'list': is_list(value),
            'list or mapping': is_list(value) or value is mapping,
            'flag': value is boolean,
            'number': value is number and value is not boolean,
        }[known[option]] -%}
        {%- if not is_right and value is not none -%}
            {%- do stop_run(
                start ~ 'says ' ~ shown_value(value) ~ ' for ' ~ option
                ~ ', but that must be '
                ~ ('true or false' if known[option] == 'flag' else 'a ' ~ known[option])
                ~ '.'
            ) -%}
        {%- elif known[option] == 'list' and option != 'own_hosts' and value -%}
            {%- do assert_items(start, value, 'entry', ' in ' ~ option) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- set words = ['stop', 'remove', 'keep'] -%}
    {%- if options.get('when_rows_go', 'stop') not in words + [none] -%}
        {%- do stop_run(
            start ~ 'says ' ~ shown_value(options.when_rows_go)
            ~ ' for when_rows_go, but that must be one of ' ~ words | join(', ') ~ '.'
        ) -%}
    {%- endif -%}
    {%- do assert_items(
        start, options.get('own_hosts') or [], 'host', ' in own_hosts'
    ) -%}
    {%- do assert_items(
        start, options.get('event_names') or [], 'event', ' in event_names'
    ) -%}
    {%- for option in ['passthrough', 'event_names'] -%}
        {%- set said = options.get(option) or [] -%}
        {%- for value in (said.values() if said is mapping else said)
            if value is not string or not value | trim -%}
            {%- do stop_run(
                start ~ 'says ' ~ shown_value(value) ~ ' in ' ~ option
                ~ ', but that must be a text, '
                ~ ("a SQL expression such as a column's name." if option == 'passthrough'
                    else 'the name of an event.')
            ) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- do assert_passed_through(start, options) -%}
    {%- do assert_column_map(start, options) -%}
    {%- if options.get('timezone') -%}
        {%- do assert_timezone(start ~ 'has the timezone ', options.timezone) -%}
    {%- endif -%}
    {%- if options.get('time_format') -%}
        {%- do time_format_parts(options.time_format, start) -%}
    {%- endif -%}
{%- endmacro %}

{% macro assert_column_map(start, options) -%}
    {%- for option in ['events', 'spend', 'spend_id', 'encoding']
        if options.get(option) and options.preset == 'demo' -%}
        {%- do stop_run(
            start ~ 'has ' ~ option ~ ', but the preset ' ~ options.preset
            ~ ' brings its own: leave it out, or say preset: columns.'
        ) -%}
    {%- endfor -%}
    {%- set inputs = preset_meta(options.preset, 'inputs') | list -%}
    {%- set places = [] -%}
    {%- for option in inputs + ['events'] if options.get(option) -%}
        {%- do places.append(option) -%}
    {%- endfor -%}
    {#- While dbt parses, only of the preset columns is it known what it reads. -#}
    {%- if not places and (inputs or options.preset == 'columns') -%}
        {%- do stop_run(
            start ~ 'lacks events: a path or glob of files, a relation, or a ref or source'
            ~ ' of your project.'
        ) -%}
    {%- endif -%}
    {%- if options.get('spend_id') and not options.get('spend') -%}
        {%- do stop_run(
            start ~ 'has spend_id, which tells rows of spend apart, but no spend.'
        ) -%}
    {%- endif -%}
    {%- set columns = options.get('columns') or {} -%}
    {%- for name in ['visitor_id', 'occurred_at', 'event_name']
        if options.preset == 'columns' and name not in columns -%}
        {%- do stop_run(
            start ~ 'has columns that lack ' ~ name ~ ', which every event needs.'
        ) -%}
    {%- endfor -%}
    {%- for name, expression in columns.items() -%}
        {%- if name not in mapped_columns() -%}
            {%- do stop_run(
                start ~ 'maps ' ~ shown_value(name) ~ ' in columns, which is no column of'
                ~ ' the event contract that a map can fill; '
                ~ or_nearest(name, mapped_columns(), 'column')
            ) -%}
        {%- endif -%}
        {%- if expression is not string or not expression | trim -%}
            {%- do stop_run(
                start ~ 'maps ' ~ name ~ ' in columns to ' ~ shown_value(expression)
                ~ ", but a map says a SQL expression, such as a column's name."
            ) -%}
        {%- endif -%}
    {%- endfor -%}
{%- endmacro %}

{#- Stops a run in which a var of before is set, with what to write in its place: ready to
    be pasted, also where a sentence is put on one line, which makes one blank of two. -#}
{% macro assert_new_form() -%}
    {%- set old = {} -%}
    {%- for name in gone_vars() if var.has_var(name) -%}
        {%- do old.update({name: var(name)}) -%}
    {%- endfor -%}
    {%- if old | list == ['attribution_bootstrap_samples'] -%}
        {%- do stop_run(
            'the var attribution_bootstrap_samples is of an earlier version, and intervals'
            ~ ' are always computed now: leave it out.'
        ) -%}
    {%- elif old -%}
        {%- do stop_run(
            'vars of an earlier version are set, ' ~ old | join(', ')
            ~ ': write in their place sources: '
            ~ tojson(sources_of_before(old)) | replace('  ', ' \\u0020') ~ '.'
        ) -%}
    {%- endif -%}
{%- endmacro %}

{#- The sources that the vars of before named, in the form of now; examples stand for what
    they do not say. -#}
{% macro sources_of_before(old) -%}
    {%- set columns = {} -%}
    {%- for name, expression in (old.get('generic_columns') or {
        'visitor_id': 'cookie', 'occurred_at': 'time', 'event_name': 'action',
    }).items() -%}
        {#- A number or flag was SQL too. -#}
        {%- do columns.update({
            name: expression if expression is string else expression | string | lower
        }) -%}
    {%- endfor -%}
    {%- set generic = {
        'preset': 'columns',
        'events': old.get('generic_events') or 'data/*.csv',
        'columns': columns,
    } -%}
    {%- if old.get('generic_ad_spend') -%}
        {%- do generic.update({'spend': old.generic_ad_spend}) -%}
    {%- endif -%}
    {%- set names = old.get('enabled_sources') or ['generic'] -%}
    {%- set found = {} -%}
    {%- for name in ([names] if names is string else names) -%}
        {%- do found.update({name: generic if name == 'generic' else {'preset': name}}) -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

{#- Stops a run, before it writes, at the first channel rule that cannot be meant, with
    the file and the row. The files are read as they are now: a seed says nothing until
    it is loaded, and then it is too late. -#}
{% macro assert_channel_rules() -%}
    {%- set known = {
        'channel': rule_file('channels') | map(attribute='channel') | list,
        'category': rule_file('source_categories')
        | map(attribute='source_category') | list,
    } -%}
    {%- set rules = rule_file('channel_rules') -%}
    {%- set custom_rules = rule_file('channel_rules_custom') -%}
    {%- for rule in rules + custom_rules -%}
        {%- do assert_channel_rule(rule, known) -%}
    {%- endfor -%}
    {%- do assert_order(rules, custom_rules) -%}
    {%- set presets = rules | map(attribute='preset') | unique | list -%}
    {%- if var('channel_preset') not in presets -%}
        {%- do stop_run(
            "the var channel_preset is '" ~ var('channel_preset')
            ~ "', but must be one of " ~ presets | join(', ') ~ '.'
        ) -%}
    {%- endif -%}
{%- endmacro %}

{#- The rows of a seed's file, each a mapping of texts with its row number. -#}
{% macro rule_file(name) -%}
    {%- set seed = graph.nodes.values()
        | selectattr('resource_type', 'equalto', 'seed')
        | selectattr('name', 'equalto', name) | first -%}
    {#- Any result of a query is a table that can read one from a file. -#}
    {%- set file = try_or_compiler_error(
        'footfall: ' ~ seed.original_file_path ~ ' cannot be read: a row has more'
        ~ ' values than row 1 has columns, or its text is not UTF-8.',
        run_query('select 1 as one').from_csv,
        seed.root_path ~ '/' ~ seed.original_file_path,
    ) -%}
    {%- set place = seed.original_file_path ~ ', row ' -%}
    {%- for column in file.column_names if column not in seed.columns -%}
        {%- do stop_run(
            place ~ "1: there is no column '" ~ column ~ "'; the columns are "
            ~ seed.columns | join(', ') ~ '.'
        ) -%}
    {%- endfor -%}
    {%- for column in seed.columns if column not in file.column_names -%}
        {%- do stop_run(place ~ "1: the column '" ~ column ~ "' is missing.") -%}
    {%- endfor -%}
    {%- set rows = [] -%}
    {%- for row in file.rows -%}
        {%- set texts = {'place': place ~ (loop.index + 1) ~ ': '} -%}
        {%- for column in file.column_names if row[column] is not none -%}
            {%- do texts.update({column: row[column] | string}) -%}
        {%- endfor -%}
        {%- do rows.append(texts) -%}
    {%- endfor -%}
    {{ return(rows) }}
{%- endmacro %}

{#- What one rule says by itself. -#}
{% macro assert_channel_rule(rule, known) -%}
    {%- for column in ['priority', 'rule_id', 'channel', 'reason']
        if not rule[column] -%}
        {%- do stop_run(rule.place ~ 'the rule has no ' ~ column ~ '.') -%}
    {%- endfor -%}
    {%- if not modules.re.match('[0-9]+$', rule.priority) -%}
        {%- do stop_run(
            rule.place ~ "the priority is '" ~ rule.priority
            ~ "', but must be a whole number."
        ) -%}
    {%- endif -%}
    {%- if rule.channel not in known.channel -%}
        {%- do stop_run(
            rule.place ~ "there is no channel '" ~ rule.channel
            ~ "' in the seed channels."
        ) -%}
    {%- endif -%}
    {%- for field in rule_value_fields() if rule[field] -%}
        {%- if 'category' in field and rule[field] not in known.category -%}
            {%- do stop_run(
                rule.place ~ "there is no category '" ~ rule[field]
                ~ "' in the seed source_categories."
            ) -%}
        {%- elif 'category' not in field
            and rule[field] | lower not in ['true', 'false'] -%}
            {%- do stop_run(
                rule.place ~ 'the ' ~ field ~ " is '" ~ rule[field]
                ~ "', but must be true, false or empty."
            ) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- for field in rule_text_fields() if rule[field ~ '_pattern'] -%}
        {%- do assert_pattern(rule.place, rule[field ~ '_pattern']) -%}
    {%- endfor -%}
{%- endmacro %}

{#- Whether a pattern is one, and means the same to RE2, Postgres and Java: no
    lookaround, flags, backslashes, lazy or possessive quantifiers, nested or empty
    brackets, bare braces, empty alternatives. -#}
{% macro assert_pattern(place, pattern) -%}
    {%- do try_or_compiler_error(
        'footfall: ' ~ place ~ "'" ~ pattern ~ "' is no regular expression.",
        modules.re.compile,
        pattern,
    ) -%}
    {%- set found = modules.re.search(
        '[(][?]|[\\\\]|[*+?}][?+]|\\[[^]]*(\\[|&&)|\\[\\^?[]]'
        ~ '|[{](?![0-9]+(,[0-9]*)?[}])|[|][|]|[(][|]|[|][)]|^[|]|[|]$',
        pattern,
    ) -%}
    {%- if found -%}
        {%- do stop_run(
            place ~ "'" ~ pattern ~ "' has '" ~ found.group(0)
            ~ "', which not all engines read alike."
        ) -%}
    {%- endif -%}
{%- endmacro %}

{#- What rules say to each other: which is tried first, and that one always matches. -#}
{% macro assert_order(rules, custom_rules) -%}
    {%- set seen = {} -%}
    {%- for rule in rules + custom_rules -%}
        {%- set preset = rule.preset or '' -%}
        {%- for column in ['rule_id', 'priority'] -%}
            {%- set key = (preset, column, rule[column]) -%}
            {%- if key in seen -%}
                {%- do stop_run(
                    rule.place ~ 'the ' ~ column ~ " '" ~ rule[column]
                    ~ "' is also that of " ~ seen[key] ~ '.'
                ) -%}
            {%- endif -%}
            {%- do seen.update({key: rule.place.rstrip(': ')}) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- for rule in custom_rules -%}
        {%- for other in rules if other.rule_id == rule.rule_id -%}
            {%- do stop_run(
                rule.place ~ "the rule_id '" ~ rule.rule_id ~ "' is also that of "
                ~ other.place.rstrip(': ') ~ '.'
            ) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- for _, preset_rules in rules | groupby('preset') -%}
        {%- do assert_last_rule(preset_rules, true) -%}
    {%- endfor -%}
    {%- do assert_last_rule(custom_rules, false) -%}
{%- endmacro %}

{#- The last rule of a preset matches everything, and no other one does. -#}
{% macro assert_last_rule(rules, is_preset) -%}
    {%- set last = namespace(rule=none) -%}
    {%- for rule in rules -%}
        {%- if last.rule is none or rule.priority | int > last.rule.priority | int -%}
            {%- set last.rule = rule -%}
        {%- endif -%}
    {%- endfor -%}
    {%- for rule in rules -%}
        {%- set conditions = [] -%}
        {%- for field in rule_text_fields() if rule[field ~ '_pattern'] -%}
            {%- do conditions.append(field) -%}
        {%- endfor -%}
        {%- for field in rule_value_fields() if rule[field] -%}
            {%- do conditions.append(field) -%}
        {%- endfor -%}
        {%- if is_preset and rule == last.rule and conditions -%}
            {%- do stop_run(
                rule.place ~ 'the last rule of the preset ' ~ rule.preset
                ~ ' must match everything, but asks for ' ~ conditions | join(', ')
                ~ '.'
            ) -%}
        {%- elif rule != last.rule and not conditions -%}
            {%- do stop_run(
                rule.place ~ 'the rule matches everything, so that none after it is'
                ~ ' ever tried.'
            ) -%}
        {%- endif -%}
    {%- endfor -%}
{%- endmacro %}

{#- Hook before the gate: stops at the first thing that rule seeds, as they are loaded,
    cannot mean to each other; and of a seed that is not footfall's own but a host
    project's, by itself, since no hook of ours read its file. -#}
{% macro assert_rules_together() -%}
    {#- Of a build that looks at no rows there is nothing to be said. -#}
    {%- if execute and not flags.EMPTY -%}
        {%- set described = described_rules() -%}
        {%- set tables = {} -%}
        {%- for seed, rules in described.items() -%}
            {%- set found = seed_node(seed) -%}
            {%- set own = found if found.package_name == 'footfall' -%}
            {%- set names = shared_columns(seed, described) if own
                else rules.columns | list -%}
            {%- if names -%}
                {%- do tables.update({seed: loaded_rules(seed, rules, own, names)}) -%}
            {%- endif -%}
            {%- if not own -%} {%- do assert_told_rules(tables[seed]) -%} {%- endif -%}
        {%- endfor -%}
        {%- do assert_tables(tables) -%}
    {%- endif -%}
{%- endmacro %}

{#- What seeds say to each other. -#}
{% macro assert_tables(tables) -%}
    {%- do assert_pointers(tables) -%}
    {%- do assert_custom_rules(tables) -%}
    {%- do assert_funnels_have_steps(tables) -%}
    {%- do assert_funnel_options(tables) -%}
    {%- do assert_custom_models(tables) -%}
    {%- do assert_targets_are_of_goals(tables) -%}
    {%- do assert_channel_preset(
        tables.channel_rules.columns.preset | unique(true) | list
    ) -%}
{%- endmacro %}

{#- Of a seed that was checked as it was loaded, the columns that others have to do with:
    those that point, those that are pointed to, and what names their rows. -#}
{% macro shared_columns(seed, described) -%}
    {%- set names = [] -%}
    {%- for other, rules in described.items() -%}
        {%- for name, column in rules.columns.items()
            if column.of and column.of.split('.')[0] != other -%}
            {%- if other == seed -%}
                {%- do names.append(name) -%}
            {%- elif column.of.split('.')[0] == seed -%}
                {%- do names.append(column.of.split('.')[1]) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- do names.extend(described[seed]['keys'][0] if names else []) -%}
    {%- do names.extend(['kind'] if seed == 'attribution_models' else []) -%}
    {%- do names.extend(['goal'] if seed == 'conversion_definitions' else []) -%}
    {%- do names.extend({
        'funnels': ['step_order'],
        'funnel_steps': ['window_minutes'],
        'funnel_exclusions': ['after_step', 'before_step'],
    }.get(seed, [])) -%}
    {{ return(names | unique(true) | list) }}
{%- endmacro %}

{#- What a seed says as it is loaded, as texts. -#}
{% macro loaded_rules(seed, rules, own, names) -%}
    {%- set place = own.original_file_path if own else 'the seed ' ~ seed -%}
    {%- set relation = ref(seed) -%}
    {%- set optional = [] -%}
    {%- for name in names if rules.columns[name].may_be_missing -%}
        {%- do optional.append(name) -%}
    {%- endfor -%}
    {%- set there = names -%}
    {%- if not own or optional -%}
        {%- set there = adapter.get_columns_in_relation(relation)
            | map(attribute='name') | map('lower') | list -%}
        {%- for name in names if name not in there + optional -%}
            {%- do stop_run(
                place ~ ": the column '" ~ name ~ "' is missing: "
                ~ added_column(rules.columns[name]) ~ '.'
            ) -%}
        {%- endfor -%}
    {%- endif -%}
    {%- set casts = [] -%}
    {%- for name in names -%}
        {%- do casts.append(
            'cast(' ~ (name if name in there else 'null') ~ ' as ' ~ dbt.type_string()
            ~ ') as ' ~ name
        ) -%}
    {%- endfor -%}
    {%- set table = run_query('select ' ~ casts | join(', ') ~ ' from ' ~ relation) -%}
    {%- set columns = {} -%}
    {%- for name in names -%}
        {%- set kind = rules.columns[name].kind -%}
        {%- set texts = table.columns[loop.index0].values() | list -%}
        {#- A whole number may be loaded as another, and a day as an instant. -#}
        {%- if not own and kind in ['whole', 'date'] -%}
            {%- set plain = [] -%}
            {%- for text in texts -%}
                {%- do plain.append(
                    modules.re.sub('[.]0+$|[ T]00:00:00.*$', '', text)
                    if text is not none else none
                ) -%}
            {%- endfor -%}
            {%- set texts = plain -%}
        {%- endif -%}
        {%- do columns.update({name: texts}) -%}
    {%- endfor -%}
    {{ return(told_rules(rules, place, columns, is_file=false)) }}
{%- endmacro %}

{#- What names a row of another seed names one that there is. -#}
{% macro assert_pointers(tables) -%}
    {%- for seed, told in tables.items() -%}
        {%- for name, column in told.rules.columns.items()
            if column.of and column.of.split('.')[0] != seed -%}
            {%- set target, key = column.of.split('.') -%}
            {%- set known = tables[target].columns[key] -%}
            {%- for value in told.columns[name] | unique(true)
                if value is not none and value not in known -%}
                {%- do stop_run(
                    rule_place(told, told.columns[name].index(value)) ~ 'the ' ~ name
                    ~ " is '" ~ value ~ "', but must be " ~ may_be(column) ~ '.'
                ) -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endfor -%}
{%- endmacro %}

{#- Sessions say by which rule they got their channel: its name must be of one alone. -#}
{% macro assert_custom_rules(tables) -%}
    {%- set custom, rules = tables.channel_rules_custom, tables.channel_rules -%}
    {%- for rule_id in custom.columns.rule_id if rule_id in rules.columns.rule_id -%}
        {%- do stop_run(
            rule_place(custom, custom.columns.rule_id.index(rule_id)) ~ "the rule_id '"
            ~ rule_id ~ "' is also that of "
            ~ rule_place(rules, rules.columns.rule_id.index(rule_id))[:-2] ~ '.'
        ) -%}
    {%- endfor -%}
{%- endmacro %}

{% macro assert_funnels_have_steps(tables) -%}
    {%- set names = tables.funnels.columns.funnel_name -%}
    {%- for name in names if name not in tables.funnel_steps.columns.funnel_name -%}
        {%- do stop_run(
            rule_place(tables.funnels, names.index(name)) ~ "the funnel '" ~ name
            ~ "' has no steps, but must have at least one in the seed funnel_steps."
        ) -%}
    {%- endfor -%}
{%- endmacro %}

{#- What some kinds of funnels have no room for. -#}
{% macro assert_funnel_options(tables) -%}
    {%- set funnels, steps = tables.funnels.columns, tables.funnel_steps -%}
    {%- set orders = dict(zip(funnels.funnel_name, funnels.step_order)) -%}
    {%- for name in steps.columns.funnel_name -%}
        {%- set minutes = steps.columns.window_minutes[loop.index0] -%}
        {%- if minutes is not none and orders[name] == 'any' -%}
            {%- do stop_run(
                rule_place(steps, loop.index0) ~ "the window_minutes is '" ~ minutes
                ~ "', but in a funnel in any order no step has a step before it: leave it"
                ~ ' empty.'
            ) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- set exclusions = tables.funnel_exclusions -%}
    {%- for name in exclusions.columns.funnel_name -%}
        {%- set after = exclusions.columns.after_step[loop.index0] -%}
        {%- set before = exclusions.columns.before_step[loop.index0] -%}
        {%- set count = steps.columns.funnel_name.count(name) -%}
        {%- if orders[name] == 'strict' -%}
            {%- do stop_run(
                rule_place(exclusions, loop.index0) ~ "the funnel '" ~ name
                ~ "' is strict, so that any event between its steps ends an attempt: leave"
                ~ ' the row out.'
            ) -%}
        {%- elif orders[name] == 'any' and (before is not none or after is not none) -%}
            {%- do stop_run(
                rule_place(exclusions, loop.index0) ~ "the funnel '" ~ name
                ~ "' is in any order, so that it ends attempts after any step: leave"
                ~ ' after_step and before_step empty.'
            ) -%}
        {%- elif before is not none and before | int > count -%}
            {%- do stop_run(
                rule_place(exclusions, loop.index0) ~ "the before_step is '" ~ before
                ~ "', but the funnel '" ~ name ~ "' has " ~ count ~ ' steps.'
            ) -%}
        {%- endif -%}
    {%- endfor -%}
{%- endmacro %}

{#- A model of kind custom has weights, and no other one. -#}
{% macro assert_custom_models(tables) -%}
    {%- set models, weights = tables.attribution_models, tables.attribution_weights -%}
    {%- set kinds = dict(
        zip(models.columns.attribution_model, models.columns.kind)
    ) -%}
    {%- for name, kind in kinds.items()
        if kind == 'custom' and name not in weights.columns.attribution_model -%}
        {%- do stop_run(
            rule_place(models, models.columns.attribution_model.index(name))
            ~ "the kind is 'custom', but the model '" ~ name
            ~ "' has no weights in the seed attribution_weights."
        ) -%}
    {%- endfor -%}
    {%- for name in weights.columns.attribution_model if kinds[name] != 'custom' -%}
        {%- do stop_run(
            rule_place(weights, weights.columns.attribution_model.index(name))
            ~ "the attribution_model is '" ~ name ~ "', whose kind is " ~ kinds[name]
            ~ ', but must be one of kind custom.'
        ) -%}
    {%- endfor -%}
{%- endmacro %}

{#- A target that no goal has would be shown by nobody. -#}
{% macro assert_targets_are_of_goals(tables) -%}
    {%- set definitions = tables.conversion_definitions.columns -%}
    {%- set goals = dict(zip(definitions.conversion_name, definitions.goal)) -%}
    {%- for name in tables.targets.columns.goal_name if not goals[name] -%}
        {%- do stop_run(
            rule_place(tables.targets, tables.targets.columns.goal_name.index(name))
            ~ "the goal_name is '" ~ name ~ "', which is a conversion but no goal: give it"
            ~ ' a goal in the seed conversion_definitions.'
        ) -%}
    {%- endfor -%}
{%- endmacro %}

{% macro assert_channel_preset(presets) -%}
    {%- if var('channel_preset') not in presets -%}
        {%- do stop_run(
            "the var channel_preset is '" ~ var('channel_preset')
            ~ "', but must be one of " ~ presets | join(', ') ~ '.'
        ) -%}
    {%- endif -%}
{%- endmacro %}

{#- Hook of every model that has no model above it: no model is made before the gate has
    looked at the rules. -#}
{% macro wait_for_rules() -%}
    {%- do ref('footfall', 'int_rules__checked') -%}
{%- endmacro %}

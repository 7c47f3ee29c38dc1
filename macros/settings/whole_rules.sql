{#- What the rows of one rule seed say to each other, beside their keys: each macro is a
    check that described_rules names, and stops the run. -#}
{% macro assert_whole_attribution_models(told) -%}
    {%- set columns = told.columns -%}
    {%- if 'true' not in columns.is_enabled | map('lower') -%}
        {%- do stop_run(
            told.place ~ ': no model is switched on, but the is_enabled of one at least'
            ~ ' must be true.'
        ) -%}
    {%- endif -%}
    {%- set share_names = [
        'first_share', 'lead_share', 'opportunity_share', 'last_share',
    ] -%}
    {%- for kind in columns.kind -%}
        {%- set index = loop.index0 -%}
        {%- if columns.credited_touches[index] != 'all'
            and kind not in ['first', 'last', 'linear', 'time_decay'] -%}
            {%- do stop_run(
                rule_place(told, index) ~ "the credited_touches is '"
                ~ columns.credited_touches[index] ~ "', but must be all where the kind is "
                ~ kind ~ '.'
            ) -%}
        {%- endif -%}
        {%- set shares = [] -%}
        {%- for name in share_names if columns[name][index] is not none -%}
            {%- do shares.append(columns[name][index] | float) -%}
        {%- endfor -%}
        {%- if shares | sum > 1.0000000001 -%}
            {%- do stop_run(
                rule_place(told, index) ~ 'the shares sum to ' ~ shares | sum | round(6)
                ~ ', but must sum to 1 at most: what they leave is for other touches.'
            ) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- do assert_fallbacks(told, dict(
        zip(columns.attribution_model, columns.fallback_model)
    )) -%}
{%- endmacro %}

{#- The model that stands in for one, and the one that stands in for that, are tried. -#}
{% macro assert_fallbacks(told, fallbacks) -%}
    {%- for first, second in fallbacks.items() if second is not none -%}
        {%- set place = rule_place(told, told.columns.attribution_model.index(first))
            ~ "the fallback_model is '" ~ second ~ "', " -%}
        {%- set third = fallbacks.get(second) -%}
        {%- if second not in fallbacks -%}
            {%- do stop_run(
                place ~ 'but must be the attribution_model of another row.'
            ) -%}
        {%- elif first in [second, third] or second == third -%}
            {%- do stop_run(
                place ~ 'which leads round in a circle: end it in a model that has none.'
            ) -%}
        {%- elif third is not none and fallbacks.get(third) is not none -%}
            {%- do stop_run(
                place ~ 'which has ' ~ third ~ ', which has ' ~ fallbacks[third]
                ~ ', but only two are tried.'
            ) -%}
        {%- endif -%}
    {%- endfor -%}
{%- endmacro %}

{% macro assert_whole_attribution_weights(told) -%}
    {%- set totals = {} -%}
    {%- for name in told.columns.attribution_model -%}
        {%- set index = loop.index0 -%}
        {%- if told.columns.touch_position[index] | int == 0 -%}
            {%- do stop_run(
                rule_place(told, index) ~ "the touch_position is '0', but must be 1 for"
                ~ ' the first touch, -1 for the last, or further from either.'
            ) -%}
        {%- endif -%}
        {%- do totals.update({
            name: totals.get(name, 0) + told.columns.weight[index] | float
        }) -%}
    {%- endfor -%}
    {%- for name, total in totals.items() if total == 0 -%}
        {%- do stop_run(
            rule_place(told, told.columns.attribution_model.index(name))
            ~ 'all weights of ' ~ name ~ ' are 0, but one at least must be more.'
        ) -%}
    {%- endfor -%}
{%- endmacro %}

{#- What nobody can meet is no audience. -#}
{% macro assert_whole_audiences(told) -%}
    {%- set columns, asked = told.columns, {} -%}
    {%- for audience in columns.audience -%}
        {%- do asked.setdefault((audience, columns.feature[loop.index0]), {}).update({
            columns.operator[loop.index0]: loop.index0
        }) -%}
    {%- endfor -%}
    {%- for key, rows in asked.items() if rows | length > 1 -%}
        {%- if 'equals' in rows -%}
            {%- do stop_run(
                rule_place(told, rows['equals']) ~ key[1] ~ ' equals '
                ~ columns.value[rows['equals']] ~ ', but another row of ' ~ key[0]
                ~ ' asks for it too: keep one of them.'
            ) -%}
        {%- elif columns.value[rows['at_least']] | float
            > columns.value[rows['at_most']] | float -%}
            {%- do stop_run(
                rule_place(told, rows.values() | max) ~ 'no ' ~ key[1] ~ ' is at least '
                ~ columns.value[rows['at_least']] ~ ' and at most '
                ~ columns.value[rows['at_most']] ~ ', so that nobody would be in '
                ~ key[0] ~ '.'
            ) -%}
        {%- endif -%}
    {%- endfor -%}
{%- endmacro %}

{#- Of the rules that are tried one after the other, the last of a preset matches
    everything, and no other one does. -#}
{% macro assert_whole_channel_rules(told) -%}
    {%- set columns = told.columns -%}
    {%- set presets = columns.preset or [none] * told.numbers | length -%}
    {%- set fields = [] -%}
    {%- for field in rule_text_fields() -%}
        {%- do fields.append(field ~ '_pattern') -%}
    {%- endfor -%}
    {%- do fields.extend(rule_value_fields()) -%}
    {%- set last = {} -%}
    {%- for preset in presets -%}
        {%- set priority = columns.priority[loop.index0] | int -%}
        {%- if priority > last.get(preset, -1) -%}
            {%- do last.update({preset: priority}) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- for preset in presets -%}
        {%- set index = loop.index0 -%}
        {%- set is_last = columns.priority[index] | int == last[preset] -%}
        {%- set asked = [] -%}
        {%- for field in fields if columns[field][index] is not none -%}
            {%- do asked.append(field) -%}
        {%- endfor -%}
        {%- if is_last and preset is not none and asked -%}
            {%- do stop_run(
                rule_place(told, index) ~ 'the last rule of the preset ' ~ preset
                ~ ' must match everything, but asks for ' ~ asked | join(', ') ~ '.'
            ) -%}
        {%- elif not asked and not is_last -%}
            {%- do stop_run(
                rule_place(told, index) ~ 'the rule matches everything, so that none'
                ~ ' after it is ever tried: fill a column, or give it the highest'
                ~ ' priority.'
            ) -%}
        {%- endif -%}
    {%- endfor -%}
{%- endmacro %}

{% macro assert_whole_channels(told) -%}
    {%- if 'true' not in told.columns.is_direct | map('lower') -%}
        {%- do stop_run(
            told.place ~ ': no channel is direct, but the is_direct of one at least must'
            ~ ' be true: it takes the visits of which nothing tells the source.'
        ) -%}
    {%- endif -%}
    {%- for channel in told.columns.channel -%}
        {%- set marks = modules.re.findall('[>()]', channel) -%}
        {%- if marks -%}
            {%- do stop_run(
                rule_place(told, loop.index0) ~ "the channel is '" ~ channel
                ~ "', but must be without '" ~ marks[0]
                ~ "', which is a mark of paths and reasons."
            ) -%}
        {%- endif -%}
    {%- endfor -%}
{%- endmacro %}

{#- Alternatives of one name agree on what they say of the name, and one name is what
    rates are of. -#}
{% macro assert_whole_conversion_definitions(told) -%}
    {%- set names = told.columns.conversion_name -%}
    {%- set others = ['lead_conversion_name', 'opportunity_conversion_name'] -%}
    {%- for column in ['goal', 'lookback_seconds'] + others -%}
        {%- set values = told.columns[column] -%}
        {%- for name in names -%}
            {%- set value, first = values[loop.index0], names.index(name) -%}
            {%- if value != values[first] -%}
                {%- do stop_run(
                    rule_place(told, loop.index0) ~ 'the ' ~ column ~ " is '"
                    ~ (value or '') ~ "', but must be '" ~ (values[first] or '')
                    ~ "' as in " ~ rule_place(told, first)[:-2]
                    ~ ': rows of one conversion_name agree on it.'
                ) -%}
            {%- elif column in others and value is not none and value not in names -%}
                {%- do stop_run(
                    rule_place(told, loop.index0) ~ 'the ' ~ column ~ " is '" ~ value
                    ~ "', but must be the conversion_name of a row."
                ) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- set main = [] -%}
    {%- for name in names -%}
        {%- if told.columns.goal[loop.index0] == 'main' -%}
            {%- do main.append(name) -%}
            {%- if name != main[0] -%}
                {%- do stop_run(
                    rule_place(told, loop.index0) ~ "the goal is 'main', but must be 'other'"
                    ~ " or empty: '" ~ main[0] ~ "' is the main goal."
                ) -%}
            {%- endif -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if names and not main -%}
        {%- do stop_run(
            told.place ~ ': no row has the goal main, of which conversion_rate is the rate:'
            ~ ' give it to the conversion that matters most.'
        ) -%}
    {%- endif -%}
{%- endmacro %}

{#- An event that no rule matches would be gone. -#}
{% macro assert_whole_event_rules(told) -%}
    {%- set last = told.columns.priority | map('int') | max -%}
    {%- for priority in told.columns.priority | map('int') -%}
        {%- set name = told.columns.event_name[loop.index0] -%}
        {%- set platform = told.columns.platform[loop.index0] -%}
        {%- set matches_all = name == '%' and platform == '%' -%}
        {%- if priority == last and not matches_all -%}
            {%- do stop_run(
                rule_place(told, loop.index0) ~ "the event_name is '" ~ name
                ~ "' and the platform '" ~ platform
                ~ "', but both must be % in the last rule, which matches everything."
            ) -%}
        {%- elif priority != last and matches_all -%}
            {%- do stop_run(
                rule_place(told, loop.index0) ~ 'the rule matches everything, so that'
                ~ ' none after it is ever tried: give it the highest priority.'
            ) -%}
        {%- endif -%}
    {%- endfor -%}
{%- endmacro %}

{#- A field without rules would be a `case` without a branch. -#}
{% macro assert_whole_fields(told) -%}
    {%- for field in told.rules.columns.field.words
        if field not in told.columns.field -%}
        {%- do stop_run(
            told.place ~ ": the field of no rule is '" ~ field
            ~ "', but of one at least it must be."
        ) -%}
    {%- endfor -%}
{%- endmacro %}

{#- A funnel that begins with any of its steps is open by its order. -#}
{% macro assert_whole_funnels(told) -%}
    {%- for step_order in told.columns.step_order -%}
        {%- set is_open = told.columns.is_open[loop.index0] -%}
        {%- if step_order == 'any' and is_open is not none -%}
            {%- do stop_run(
                rule_place(told, loop.index0) ~ "the is_open is '" ~ is_open
                ~ "', but says nothing where the step_order is any: leave it empty."
            ) -%}
        {%- endif -%}
    {%- endfor -%}
{%- endmacro %}

{% macro assert_whole_funnel_exclusions(told) -%}
    {%- do assert_named_properties(told) -%}
    {%- for after in told.columns.after_step -%}
        {%- set before = told.columns.before_step[loop.index0] -%}
        {%- if before is not none and before | int <= (after or 1) | int -%}
            {%- do stop_run(
                rule_place(told, loop.index0) ~ "the before_step is '" ~ before
                ~ "', but must be more than the after_step, which is " ~ (after or 1) ~ '.'
            ) -%}
        {%- endif -%}
    {%- endfor -%}
{%- endmacro %}

{#- A value is one of something. -#}
{% macro assert_named_properties(told) -%}
    {%- for value in told.columns.property_value -%}
        {%- if value is not none and told.columns.property_name[loop.index0] is none -%}
            {%- do stop_run(
                rule_place(told, loop.index0) ~ "the property_value is '" ~ value
                ~ "', but the property_name is empty: say of which property."
            ) -%}
        {%- endif -%}
    {%- endfor -%}
{%- endmacro %}

{#- Numbers are from 1 to 8, and each only once: then none is above their count, unless
    there is a gap. -#}
{% macro assert_whole_funnel_steps(told) -%}
    {%- set names = told.columns.funnel_name -%}
    {%- for name in names -%}
        {%- set count = names.count(name) -%}
        {%- if told.columns.step_number[loop.index0] | int > count -%}
            {%- do stop_run(
                rule_place(told, loop.index0) ~ "the step_number is '"
                ~ told.columns.step_number[loop.index0] ~ "', but the funnel '" ~ name
                ~ "' has " ~ count ~ ' steps: number them from 1 without a gap.'
            ) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- do assert_named_properties(told) -%}
    {%- for minutes in told.columns.window_minutes -%}
        {%- if minutes is not none and told.columns.step_number[loop.index0] | int == 1 -%}
            {%- do stop_run(
                rule_place(told, loop.index0) ~ "the window_minutes is '" ~ minutes
                ~ "', but step 1 has no step before it: leave it empty."
            ) -%}
        {%- endif -%}
    {%- endfor -%}
{%- endmacro %}

{#- A word for any field is for none of them once more. -#}
{% macro assert_whole_words(told) -%}
    {%- set words = compared_forms(told.columns.word, 'word') -%}
    {%- set general = {} -%}
    {%- for field in told.columns.field -%}
        {%- if field == 'any' -%}
            {%- do general.update({words[loop.index0]: loop.index0}) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- for field in told.columns.field -%}
        {%- if field != 'any' and words[loop.index0] in general -%}
            {%- do stop_run(
                rule_place(told, loop.index0) ~ "the word '"
                ~ told.columns.word[loop.index0] ~ "' is also that of "
                ~ rule_place(told, general[words[loop.index0]])[:-2]
                ~ ', for any field: keep one of them.'
            ) -%}
        {%- endif -%}
    {%- endfor -%}
{%- endmacro %}

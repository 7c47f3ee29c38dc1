{#- Hook before a rule seed is loaded: stops at the first thing in its file that cannot
    be meant. -#}
{% macro assert_rules() -%}
    {%- if execute -%}
        {%- set told = told_file(
            model.name, model.original_file_path, load_agate_table()
        ) -%}
        {%- do store_result('blank_rows', response=told.blank_count) -%}
        {%- do assert_told_rules(told) -%}
    {%- endif -%}
{%- endmacro %}

{#- What a file says. All its cells are texts, so that what would not load is said by
    our sentences too. -#}
{% macro told_file(seed, place, file) -%}
    {%- set rules = described_rules()[seed] -%}
    {%- do assert_header(place, file.column_names, rules) -%}
    {%- set columns = {} -%}
    {%- for name in file.column_names -%}
        {%- do columns.update({name: file.columns[name].values() | list}) -%}
    {%- endfor -%}
    {%- for name in rules.columns if name not in columns -%}
        {%- do columns.update({name: [none] * file.rows | length}) -%}
    {%- endfor -%}
    {{ return(told_rules(rules, place, columns)) }}
{%- endmacro %}

{#- Row 1 of a file. -#}
{% macro assert_header(place, names, rules) -%}
    {%- set place = place ~ ', row 1: ' -%}
    {%- set separators = {';': 'semicolons', '\t': 'tabs', '|': 'bars'} -%}
    {%- for sign, word in separators.items()
        if names | length == 1 and sign in names[0] -%}
        {%- do stop_run(
            place ~ 'the columns are separated by ' ~ word
            ~ ', but must be by commas: save the file as CSV with commas.'
        ) -%}
    {%- endfor -%}
    {%- for name in names if name not in rules.columns -%}
        {%- do stop_run(
            place ~ "there is no column '" ~ name ~ "'; the columns are "
            ~ rules.columns | join(', ') ~ '.'
        ) -%}
    {%- endfor -%}
    {%- for name, column in rules.columns.items()
        if name not in names and not column.may_be_missing -%}
        {%- do stop_run(
            place ~ "the column '" ~ name ~ "' is missing: "
            ~ added_column(column) ~ '.'
        ) -%}
    {%- endfor -%}
{%- endmacro %}

{#- What a seed says, by column: the texts of its rows without the blank ones, their
    numbers in the file, and where that is. -#}
{% macro told_rules(rules, place, columns, is_file=true) -%}
    {%- set rows = zip(*columns.values()) | list -%}
    {%- set numbers = range(2, rows | length + 2) | list -%}
    {%- set blank = (none,) * columns | length -%}
    {%- set blank_count = rows.count(blank) -%}
    {%- if blank_count -%}
        {%- set kept = [] -%}
        {%- for number in numbers if rows[number - 2] != blank -%}
            {%- do kept.append(number) -%}
        {%- endfor -%}
        {%- for name, values in columns.items() -%}
            {%- set left = [] -%}
            {%- for number in kept -%} {%- do left.append(values[number - 2]) -%} {%- endfor -%}
            {%- do columns.update({name: left}) -%}
        {%- endfor -%}
        {%- set numbers = kept -%}
    {%- endif -%}
    {{ return({
        'rules': rules, 'place': place, 'columns': columns, 'numbers': numbers,
        'is_file': is_file, 'blank_count': blank_count,
    }) }}
{%- endmacro %}

{#- Where a row is, as the start of a sentence: in a file by its number, in a table by
    what tells it from others. -#}
{% macro rule_place(told, index) -%}
    {%- if told.is_file -%}
        {{ return(told.place ~ ', row ' ~ told.numbers[index] ~ ': ') }}
    {%- endif -%}
    {%- set names = [] -%}
    {%- for column in told.rules['keys'][0]
        if told.columns[column][index] is not none -%}
        {%- do names.append(told.columns[column][index]) -%}
    {%- endfor -%}
    {{ return(told.place ~ ', the row ' ~ names | join(' ') ~ ': ') }}
{%- endmacro %}

{#- All that a seed says by itself. -#}
{% macro assert_told_rules(told) -%}
    {%- set rules = told.rules -%}
    {%- if not told.numbers and not rules.may_be_empty -%}
        {%- do stop_run(told.place ~ ' has no rows, but must have at least one.') -%}
    {%- endif -%}
    {%- for name, column in rules.columns.items() -%}
        {%- do assert_column(told, name, column) -%}
    {%- endfor -%}
    {%- for names in rules['keys'] if told.numbers -%}
        {%- do assert_key(told, names) -%}
    {%- endfor -%}
    {%- for whole in rules.wholes or [] if told.numbers -%}
        {%- do context['assert_whole_' ~ whole](told) -%}
    {%- endfor -%}
{%- endmacro %}

{#- Each cell of a column by its kind, each distinct one once. -#}
{% macro assert_column(told, name, column) -%}
    {%- set values = told.columns[name] -%}
    {%- set is_text = column.kind == 'text' -%}
    {%- if none in values and not column.empty and (not is_text or column.is_needed) -%}
        {%- do stop_run(
            rule_place(told, values.index(none)) ~ 'the ' ~ name
            ~ ' is empty, but must be ' ~ may_be(column) ~ '.'
        ) -%}
    {%- endif -%}
    {%- set texts = values | reject('none') | list -%}
    {%- if not is_text and texts | map('trim') | list != texts -%}
        {%- for text in texts if text != text | trim -%}
            {%- do stop_run(
                rule_place(told, values.index(text)) ~ 'the ' ~ name ~ " is '" ~ text
                ~ "', with blanks around it: take them away."
            ) -%}
        {%- endfor -%}
    {%- endif -%}
    {%- if column.kind not in ['text', 'name', 'event', 'events', 'platforms'] -%}
        {%- for text in texts | unique(true) -%}
            {%- if column.kind == 'pattern' -%}
                {%- do assert_pattern(rule_place(told, values.index(text)), text) -%}
            {%- elif column.kind == 'reason' -%}
                {%- do assert_reason(rule_place(told, values.index(text)), text) -%}
            {%- elif not is_rule_value(text, column) -%}
                {%- do stop_run(
                    rule_place(told, values.index(text)) ~ 'the ' ~ name ~ " is '" ~ text ~ "', but must be "
                    ~ may_be(column) ~ '.'
                ) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
    {%- for by, wanted in (column.only or {}).items() -%}
        {%- for index in range(values | length) -%}
            {%- if values[index] is not none and told.columns[by][index] not in wanted -%}
                {%- do stop_run(
                    rule_place(told, index) ~ 'the ' ~ name ~ " is '" ~ values[index]
                    ~ "', but says nothing where the " ~ by ~ ' is not '
                    ~ wanted | join(' or ') ~ ': leave it empty.'
                ) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- for by, wanted in (column.needed or {}).items() -%}
        {%- for index in range(values | length) -%}
            {%- if values[index] is none and told.columns[by][index] in wanted -%}
                {%- do stop_run(
                    rule_place(told, index) ~ 'the ' ~ name ~ ' is empty, but where the '
                    ~ by ~ ' is ' ~ told.columns[by][index] ~ ' it must be '
                    ~ may_be(dict(column, empty=none)) ~ '.'
                ) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
{%- endmacro %}

{#- Whether a text is one of its column's kind. -#}
{% macro is_rule_value(text, column) -%}
    {%- if column.kind == 'flag' -%}
        {{ return(text | lower in ['true', 'false']) }}
    {%- elif column.kind == 'word' -%}
        {{ return(text in column.words) }}
    {%- elif column.kind == 'code' -%}
        {{ return(modules.re.fullmatch(column.regex, text) is not none) }}
    {%- elif column.kind == 'date' -%}
        {{ return(is_date(text)) }}
    {%- elif column.kind == 'hosts' -%}
        {{ return(modules.re.fullmatch('[^A-Z/: ]+', text) is not none) }}
    {%- elif column.kind == 'paths' -%}
        {{ return(text[0] in ['/', '%']) }}
    {%- endif -%}
    {%- set shapes = {
        'whole': '-?[0-9]{1,18}',
        'number': '-?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]{1,2})?',
    } -%}
    {%- if not modules.re.fullmatch(shapes[column.kind], text) -%}
        {{ return(false) }}
    {%- endif -%}
    {%- set number = text | float -%}
    {{ return(
        number <= column.most
        and (number > column.above if column.above is defined
            else number >= column.least)
    ) }}
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
    {#- What stands in brackets is a sign, and asks for nothing. -#}
    {%- set found = modules.re.search('\\\\|\\[[^]]*(\\[|&&)|\\[\\^?[]]', pattern)
        or modules.re.search(
            '[(][?]|[*+?}][?+]|[{](?![0-9]+(,[0-9]*)?[}])|[|][|]|[(][|]|[|][)]|^[|]|[|]$',
            modules.re.sub('\\[[^]]*\\]', '[]', pattern),
        ) -%}
    {%- if found -%}
        {%- do stop_run(
            place ~ "'" ~ pattern ~ "' has '" ~ found.group(0)
            ~ "', which not all engines read alike."
        ) -%}
    {%- endif -%}
{%- endmacro %}

{#- The names in braces are those that filled_reason knows. -#}
{% macro assert_reason(place, reason) -%}
    {%- for name in modules.re.findall('[{]([^{}]*)[}]', reason)
        if name not in reason_fields() -%}
        {%- do stop_run(
            place ~ "the reason has '{" ~ name ~ "}', but names in braces are {"
            ~ reason_fields() | join('}, {') ~ '}.'
        ) -%}
    {%- endfor -%}
{%- endmacro %}

{#- No two rows have these columns alike, in the form in which they are compared. -#}
{% macro assert_key(told, names) -%}
    {%- set columns = told.rules.columns -%}
    {%- set forms = [] -%}
    {%- for name in names -%}
        {%- do forms.append(compared_forms(told.columns[name], columns[name].form)) -%}
    {%- endfor -%}
    {%- set rows = zip(*forms) | list -%}
    {%- if set(rows) | length != rows | length -%}
        {%- set seen = {} -%}
        {%- for row in rows -%}
            {%- if row in seen -%}
                {%- do stop_run(
                    rule_place(told, loop.index0) ~ 'the ' ~ names[-1] ~ " '"
                    ~ told.columns[names[-1]][loop.index0] ~ "' is also that of "
                    ~ rule_place(told, seen[row])[:-2] ~ '.'
                ) -%}
            {%- endif -%}
            {%- do seen.update({row: loop.index0}) -%}
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}

{#- Texts as the models compare them: see word_form, event_form and lower_case. -#}
{% macro compared_forms(texts, form) -%}
    {%- if form == 'lower' -%}
        {{ return(texts | map('lower') | list) }}
    {%- elif form == 'word' -%}
        {{ return(
            texts | map('trim') | map('lower') | map('replace', '"', '')
            | map('replace', '_', '-') | map('replace', ' ', '-') | list
        ) }}
    {%- elif form == 'event' -%}
        {%- set forms = [] -%}
        {%- for text in texts -%}
            {%- set parted = modules.re.sub('([a-z])([A-Z])', '\\1 \\2', text) -%}
            {%- set parted = modules.re.sub('([A-Z0-9])([A-Z][a-z])', '\\1 \\2', parted) -%}
            {%- do forms.append(
                modules.re.sub('[\\s_-]+', '_', parted).strip('_') | lower
            ) -%}
        {%- endfor -%}
        {{ return(forms) }}
    {%- endif -%}
    {{ return(texts) }}
{%- endmacro %}

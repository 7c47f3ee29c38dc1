{#- What a model means, as one hash: its SQL and that of the macros in it without comments,
    its columns, the vars they read, the rules, and all this of the models it is made of.
    Where a source is and what is in it is no part: that is the data. -#}
{% macro definition_of(node, parents, plan) -%}
    {%- set said = parts_of(node, plan) -%}
    {%- set found = [] -%}
    {%- for part in said -%} {%- do found.append(part ~ '=' ~ plan.parts[part]) -%} {%- endfor -%}
    {%- for name in parents -%}
        {%- do found.append(name ~ '=' ~ plan.nodes[name].definition) -%}
    {%- endfor -%}
    {{ return(local_md5(found | sort | join('\n'))) }}
{%- endmacro %}

{#- How a source is read: its options, all but the places of its inputs, and the staging
    model that reads them. -#}
{% macro definition_of_source(name, plan) -%}
    {%- set options = sources()[name] -%}
    {#- What is an option of the preset too says more than where something is. -#}
    {%- set places = ['events', 'spend'] + (
        preset_meta(options.preset, 'inputs') | list
        | reject('in', preset_meta(options.preset, 'options')) | list
    ) -%}
    {%- set said = [] -%}
    {#- What to do with rows that go changes no row that is there. -#}
    {%- for option, value in options.items() if option != 'when_rows_go' -%}
        {%- do said.append(
            option ~ '=' ~ ((value is not none) if option in places
                else tojson(value, sort_keys=true))
        ) -%}
    {%- endfor -%}
    {%- for node in graph.nodes.values()
        if node.name == 'stg_' ~ options.preset ~ '__events'
        and node.resource_type == 'model' -%}
        {%- do said.append(definition_of(node, [], plan)) -%}
    {%- endfor -%}
    {{ return(local_md5(said | sort | join('\n'))) }}
{%- endmacro %}

{#- The names of what a model by itself is defined by: `model x`, `macro x`, `var x`,
    `rules x`; what each of them holds is noted as a hash in plan.parts. -#}
{% macro parts_of(node, plan) -%}
    {%- set types = [] -%}
    {%- for column in node.columns.values() -%}
        {%- do types.append(
            column.name ~ ' ' ~ column.data_type ~ ' '
            ~ (origin_of(column) if column.get('config', {}).get('meta') else '')
        ) -%}
    {%- endfor -%}
    {%- set text = without_comments(node.raw_code) -%}
    {%- do plan.parts.update({
        'model ' ~ node.name: local_md5(
            text ~ types | join(',') ~ tojson(node.config.meta, sort_keys=true)
        )
    }) -%}
    {%- set found = ['model ' ~ node.name] -%}
    {%- set open = called_in(text) + vars_in(text) -%}
    {%- for _ in range(10000) if open -%}
        {%- set part = open.pop() -%}
        {%- if part not in found -%}
            {%- do found.append(part) -%}
            {%- if part not in plan.parts -%} {%- do note_part(part, plan) -%} {%- endif -%}
            {%- do open.extend(plan.macros.get(part, [])) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- for parent_name in node.depends_on.nodes -%}
        {%- set parent = graph.nodes.get(parent_name) -%}
        {%- if parent and is_rule_seed(parent) -%}
            {%- do found.append('rules ' ~ parent.name) -%}
            {%- do plan.parts.update({
                'rules ' ~ parent.name: seed_hash(parent, plan)
            }) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

{#- Notes what a macro or var is, and what the macro calls and reads in turn. -#}
{% macro note_part(part, plan) -%}
    {%- set name = part.split(' ')[1] -%}
    {%- if part.startswith('var ') -%}
        {#- JSON knows no date, and YAML makes one of what has no quotes. -#}
        {#- A preset of one's own may read a var that has a value where it is read alone. -#}
        {%- set value = var(name) if var.has_var(name) else none -%}
        {%- do plan.parts.update({
            part: tojson(value, sort_keys=true)
                if value is mapping or value is sequence and value is not string
                else value | string
        }) -%}
    {%- else -%}
        {%- set text = without_comments(context['footfall'][name].macro.macro_sql) -%}
        {#- What is own is what any source says is. -#}
        {%- do plan.parts.update({
            part: local_md5(
                text ~ (tojson(context['footfall'][name]()) if name == 'own_hosts' else '')
            )
        }) -%}
        {%- set called = called_in(text) + vars_in(text) -%}
        {%- for dialect in [adapter.type(), 'default']
            if 'adapter.dispatch(' in text
            and dialect ~ '__' ~ name in context['footfall'] -%}
            {%- do called.append('macro ' ~ dialect ~ '__' ~ name) -%}
        {%- endfor -%}
        {%- do plan.macros.update({part: called}) -%}
    {%- endif -%}
{%- endmacro %}

{#- The macros of this project that a text calls, but not those of the increment itself:
    how rows are kept says nothing of what they are. -#}
{% macro called_in(text) -%}
    {%- set found = [] -%}
    {%- for name in modules.re.findall('([a-z_0-9]+)\\s*[(]', text) | unique
        if name in context['footfall']
        and not context['footfall'][name].macro.original_file_path.startswith(
            'macros/incremental/'
        )
        and name != 'sources' -%}
        {%- do found.append('macro ' ~ name) -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

{#- The vars that a text reads, but those that say which sources there are. -#}
{% macro vars_in(text) -%}
    {%- set found = [] -%}
    {%- for name in modules.re.findall('\\bvar[(]\\s*[\'"](\\w+)', text) | unique
        if name not in ['sources', 'own_presets'] -%}
        {%- do found.append('var ' ~ name) -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

{#- A text without the comments of Jinja, whole lines of comment of SQL, empty lines, and
    white space where a line begins or ends. -#}
{% macro without_comments(text) -%}
    {%- set code = modules.re.sub('(?s)[{]#.*?#[}]', '', text) -%}
    {%- set code = modules.re.sub('(?m)^\\s*--.*$', '', code) -%}
    {{ return(modules.re.sub('\\s*\n\\s*', '\n', code) | trim) }}
{%- endmacro %}

{#- What the table of a rule seed holds: what its file says where this run loads it,
    and else what was loaded. dbt knows files above 1 MiB by their path alone: they are
    loaded before anything is planned. So is a host's own, of which no hook of ours writes
    down what was loaded: it is read. -#}
{% macro seed_hash(seed, plan) -%}
    {%- if seed.package_name != 'footfall' -%}
        {{ return(table_hash(load_relation(relation_of(seed))) or seed.checksum.checksum) }}
    {%- endif -%}
    {%- set loaded = plan.states.get('loaded ' ~ seed.name) -%}
    {{ return(
        loaded.definition
        if loaded and (
            seed.checksum.name == 'path' or not is_selected(seed.unique_id)
        )
        else seed.checksum.checksum
    ) }}
{%- endmacro %}

{#- Of a small table what is in it, in whichever order; none where there is none. -#}
{% macro table_hash(relation) -%}
    {%- if not relation -%} {{ return(none) }} {%- endif -%}
    {%- set lines = [] -%}
    {%- for row in run_query('select * from ' ~ relation).rows -%}
        {%- do lines.append(tojson(row.values() | map('string') | list)) -%}
    {%- endfor -%}
    {{ return(local_md5(lines | sort | join('\n'))) }}
{%- endmacro %}

{#- The hook that writes down what a rule seed was loaded with: a file may be edited
    long before anybody loads it. -#}
{% macro record_rules() -%}
    {%- if execute and keeps_rows() -%}
        {%- set lines = [] -%}
        {%- for row in load_agate_table().rows
            if model.checksum.name == 'path' -%}
            {%- do lines.append(tojson(row.values() | map('string') | list)) -%}
        {%- endfor -%}
        {{ state_rows({
            'loaded ' ~ model.name: local_md5(lines | join) if lines
                else model.checksum.checksum
        }) }}
    {%- endif -%}
{%- endmacro %}

{#- What of a model's definition is another than recorded, as the end of a sentence. -#}
{% macro changed_parts(node, plan) -%}
    {%- set words = [] -%}
    {%- set open = [node.unique_id] -%}
    {%- set seen = [] -%}
    {%- for _ in graph.nodes if open -%}
        {%- set name = open.pop() -%}
        {%- do seen.append(name) -%}
        {%- set ancestor = graph.nodes[name] -%}
        {%- for part in parts_of(ancestor, plan) -%}
            {%- set recorded = plan.states.get(part) -%}
            {%- if not recorded or recorded.definition != plan.parts[part] -%}
                {%- do words.append(part) -%}
            {%- endif -%}
        {%- endfor -%}
        {%- do open.extend(
            ancestor.depends_on.nodes
            | select('in', plan.nodes) | reject('in', seen) | reject('in', open)
        ) -%}
    {%- endfor -%}
    {%- set words = words | unique | sort -%}
    {{ return(
        words[:3] | join(', ') ~ (' and others' if words | length > 3 else '')
        ~ ' changed' if words else 'what it is made of changed'
    ) }}
{%- endmacro %}

{#- Whether a seed is one of the rule files, be it a host project's in the place of ours.
    Rates are data: a test says which rows are of other ones. -#}
{% macro is_rule_seed(node) -%}
    {{ return(
        node.resource_type == 'seed' and node.name in described_rules()
        and node.name != 'currency_rates'
    ) }}
{%- endmacro %}

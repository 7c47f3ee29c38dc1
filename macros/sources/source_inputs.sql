{#- What a source reads: name of an input -> its place. -#}
{% macro source_inputs(name) -%}
    {%- set source = sources()[name] -%}
    {%- set inputs = input_metas(source) or {'events': {}} -%}
    {%- set places = {} -%}
    {%- for input in inputs | list + ['spend'] -%}
        {%- set place = input_place(source, input) -%}
        {%- if place -%} {%- do places.update({input: place}) -%}
        {%- elif is_listed_table(source, input) -%}
            {%- do stop_run(
                source_words(name) ~ 'names the table ' ~ input ~ ', but its events do not'
                ~ ' say where tables are: that is a path or a name with a * for the'
                ~ " table's name, such as segment_web.*."
            ) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(places) }}
{%- endmacro %}

{#- Where an input of a source is: what its option says. Where a preset reads several
    tables, none of them called events, that may say of all where they are, with a * for
    the table's name. -#}
{% macro input_place(source, input) -%}
    {%- set tables = preset_meta(source.preset, 'inputs') -%}
    {%- if not is_listed_table(source, input)
        and (source.get(input) or input not in tables or 'events' in tables) -%}
        {{ return(source.get(input) or '') }}
    {%- endif -%}
    {%- set start, star, end = (source.get('events') or '').partition('*') -%}
    {{ return(start ~ input ~ end if star else '') }}
{%- endmacro %}

{#- Input of a source -> what its preset says that it has: which columns it needs, and the
    types of those that an export may lack. Where the preset has an option of an input's
    name, that lists tables which a site names itself, and what is said of the input holds
    for each of them. -#}
{% macro input_metas(source) -%}
    {%- set options = preset_meta(source.preset, 'options') -%}
    {%- set metas = {} -%}
    {%- for input, meta in preset_meta(source.preset, 'inputs').items() -%}
        {%- set columns = {} -%}
        {%- for column, type in meta.get('columns', {}).items() -%}
            {%- do columns.update({optioned_name(column, source, options): type}) -%}
        {%- endfor -%}
        {%- do columns.pop('', none) -%}
        {%- set needs = [] -%}
        {%- for column in meta.get('needs', []) -%}
            {%- do needs.append(optioned_name(column, source, options)) -%}
        {%- endfor -%}
        {%- set tables = source.get(input) or [] if input in options else [input] -%}
        {%- for table in tables -%}
            {%- do metas.update({table: dict(meta, columns=columns, needs=needs)}) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(metas) }}
{%- endmacro %}

{#- The same of one input. -#}
{% macro input_meta(source, input) -%}
    {{ return(input_metas(source).get(input) or {}) }}
{%- endmacro %}

{#- A column's name in which the name of an option in angle brackets stands for what the
    source says there; empty where it says nothing. -#}
{% macro optioned_name(column, source, options) -%}
    {%- set start, bracket, rest = column.partition('<') -%}
    {%- if not bracket -%} {{ return(column) }} {%- endif -%}
    {%- set option, _, end = rest.partition('>') -%}
    {%- set word = source.get(option) or options.get(option) -%}
    {{ return(start ~ word ~ end if word else '') }}
{%- endmacro %}

{#- Whether an input is a table that the site names, by an option of its preset. -#}
{% macro is_listed_table(source, input) -%}
    {{ return(
        input not in preset_meta(source.preset, 'inputs') and input in input_metas(source)
    ) }}
{%- endmacro %}

{#- Whether there is anything at an input's place: of a preset's tables some are often not
    there. What the run itself makes is. -#}
{% macro is_there(place) -%}
    {%- if not place -%} {{ return(false) }} {%- endif -%}
    {%- if is_path(place) and '://' not in place -%}
        {{ return(
            run_query('select count(*) from glob(' ~ sql_literal(place) ~ ')').rows[0][0] > 0
        ) }}
    {%- endif -%}
    {{ return(
        '://' in place
        or (project_names(place) and project_node(place) is not none)
        or relation_at(place) is not none
    ) }}
{%- endmacro %}

{#- The relation that a place names, in quotes where SQL needs them; none where there is
    none. -#}
{% macro relation_at(place) -%}
    {%- set parts = place.replace('"', '').replace('`', '').split('.') -%}
    {#- A quote would end the text in which the name is looked up. -#}
    {%- if "'" in place -%} {{ return(none) }} {%- endif -%}
    {{ return(adapter.get_relation(
        database=parts[-3] if parts | length > 2 else target.database,
        schema=parts[-2] if parts | length > 1 else target.schema,
        identifier=parts[-1],
    )) }}
{%- endmacro %}

{#- What a source reads: name of an input -> its place. -#}
{% macro source_inputs(name) -%}
    {%- set source = sources()[name] -%}
    {%- set inputs = preset_meta(source.preset, 'inputs') or {'events': {}} -%}
    {%- set places = {} -%}
    {%- for input in inputs | list + ['spend'] -%}
        {%- set place = input_place(source, input) -%}
        {%- if place -%} {%- do places.update({input: place}) -%} {%- endif -%}
    {%- endfor -%}
    {{ return(places) }}
{%- endmacro %}

{#- Where an input of a source is: what its option says. Where a preset reads several
    tables, none of them called events, that may say of all where they are, with a * for
    the table's name. -#}
{% macro input_place(source, input) -%}
    {%- set tables = preset_meta(source.preset, 'inputs') -%}
    {%- if source.get(input) or input not in tables or 'events' in tables -%}
        {{ return(source.get(input) or '') }}
    {%- endif -%}
    {%- set start, star, end = (source.get('events') or '').partition('*') -%}
    {{ return(start ~ input ~ end if star else '') }}
{%- endmacro %}

{#- What a preset says that an input of it has: which columns it needs, and the types of
    those that an export may lack. -#}
{% macro input_meta(preset, input) -%}
    {{ return(preset_meta(preset, 'inputs').get(input) or {}) }}
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

{#- The relation that a place names, none where there is none. -#}
{% macro relation_at(place) -%}
    {%- set parts = place.split('.') -%}
    {#- A quote would end the text in which the name is looked up. -#}
    {%- if "'" in place -%} {{ return(none) }} {%- endif -%}
    {{ return(adapter.get_relation(
        database=parts[-3] if parts | length > 2 else target.database,
        schema=parts[-2] if parts | length > 1 else target.schema,
        identifier=parts[-1],
    )) }}
{%- endmacro %}

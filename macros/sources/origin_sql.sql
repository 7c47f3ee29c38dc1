{#- What a map says of a column, as SQL of this engine. Beside columns and SQL it knows
    five words for what engines write differently: list_entry(list, key) is the value of a
    key in a list of records, record_field(record, field.field) a field of a record and
    null where the record lacks it, json_text(column, key.key) a text in a JSON text,
    json_of(column) the JSON of a list or record, and since_1970(column) a time of
    microseconds since 1970. -#}
{% macro origin_sql(said, types) -%}
    {%- set sql = [] -%}
    {%- set ends = [0] -%}
    {%- for found in modules.re.finditer(map_word_form(), said) -%}
        {%- set word, column, said_path = found.groups('') -%}
        {#- Whoever writes SQL puts a key in quotes. -#}
        {%- set path = said_path.strip('\'"') -%}
        {%- if not path and word in ['list_entry', 'record_field', 'json_text'] -%}
            {%- do stop_run(
                "'" ~ found[0] ~ "' lacks what to look for: say " ~ word ~ '(' ~ column
                ~ ', name).'
            ) -%}
        {%- endif -%}
        {%- set type = types.get(column.strip('"') | lower) -%}
        {%- do sql.append(said[ends[-1]:found.start()]) -%}
        {%- do ends.append(found.end()) -%}
        {%- if word == 'since_1970' -%} {%- do sql.append(counted_time(column)) -%}
        {%- elif type is none and word != 'json_text' -%} {%- do sql.append('null') -%}
        {%- elif word == 'list_entry' -%}
            {%- do sql.append(list_entry(column, path, type)) -%}
        {%- elif word == 'json_of' -%} {%- do sql.append(json_of(column, type)) -%}
        {%- elif word == 'record_field' -%}
            {%- do sql.append(record_field(column, path, type)) -%}
        {%- else -%}
            {%- do sql.append(json_text(column, path)) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- do sql.append(said[ends[-1]:]) -%}
    {{ return(sql | join) }}
{%- endmacro %}

{#- One of those words with its column and, of most, where to look in it. -#}
{% macro map_word_form() -%}
    {{ return(
        '\\b(list_entry|record_field|json_text|json_of|since_1970)'
        ~ '\\(\\s*("[^"]+"|[A-Za-z_]\\w*)\\s*(?:,\\s*([^(),]+?)\\s*)?\\)'
    ) }}
{%- endmacro %}

{#- The columns that those words read: null where a preset's input lacks one, but a
    mistake where a user names it. -#}
{% macro worded_columns(said) -%}
    {%- set columns = [] -%}
    {%- for found in modules.re.finditer(map_word_form(), said) -%}
        {%- do columns.append(found[2].strip('"')) -%}
    {%- endfor -%}
    {{ return(columns) }}
{%- endmacro %}

{#- Column -> type of all that a source's preset reads; nothing while dbt parses. What a
    shape hands on keeps its name. -#}
{% macro shape_types(name) -%}
    {%- set types = {} -%}
    {%- for input, place in (source_inputs(name) if execute else {}).items()
        if input != 'spend' -%}
        {%- if is_there(place) -%} {%- do types.update(input_types(name, input)) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(types) }}
{%- endmacro %}

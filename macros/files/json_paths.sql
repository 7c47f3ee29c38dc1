{#- Where in the objects of a JSON file each asked field is, and which of them are in
    none. A name means the key that is spelt like it, else the only one that differs in
    nothing but case. A key may first come on the last line: where the first lines do
    not show it, all are asked. -#}
{% macro json_paths(file, objects) -%}
    {%- set paths = [] -%}
    {%- set missing = [] -%}
    {%- for parts in file.fields -%}
        {%- set found = {'path': '$', 'is_there': true} -%}
        {%- set whole = json_key(objects, '$', parts | join('.'), false)
            if parts | length > 1 else none -%}
        {%- for part in ([whole] if whole is not none else parts) -%}
            {%- set key = json_key(objects, found.path, part, true) -%}
            {%- do found.update({
                'path': found.path ~ '."'
                    ~ (key if key is not none else part)
                        | replace('\\', '\\\\') | replace('"', '\\"')
                    ~ '"',
                'is_there': found.is_there and key is not none,
            }) -%}
        {%- endfor -%}
        {%- do paths.append(found.path) -%}
        {%- if not found.is_there -%} {%- do missing.append(parts | join('.')) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return({'paths': paths, 'missing': missing}) }}
{%- endmacro %}

{#- The key that a name means in the objects at a path; none where there is none. -#}
{% macro json_key(objects, path, name, asks_all) -%}
    {%- for limit in [' limit 1000', ''] if asks_all or limit -%}
        {%- set keys = json_keys_at(objects ~ limit, path) -%}
        {%- if name in keys -%} {{ return(name) }} {%- endif -%}
        {%- set alike = [] -%}
        {%- for key in keys if key.lower() == name.lower() -%}
            {%- do alike.append(key) -%}
        {%- endfor -%}
        {%- if asks_all and not limit and alike | length == 1 -%}
            {{ return(alike[0]) }}
        {%- endif -%}
    {%- endfor -%}
    {{ return(none) }}
{%- endmacro %}

{#- All keys of the objects at a path. -#}
{% macro json_keys_at(objects, path) -%}
    {{ return(run_query(
        'select distinct unnest(json_keys(json, ' ~ sql_literal(path)
        ~ ')) from (' ~ objects ~ ') order by 1'
    ).columns[0].values() | list) }}
{%- endmacro %}

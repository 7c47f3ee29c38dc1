{#- Of several names the one that a misspelt one comes nearest to: by the letters to add, to
    take away or to change, no more than a third of them; nothing where none is so near. -#}
{% macro nearest_name(word, names) -%}
    {%- set found = namespace(name=none, distance=(word | string | length) // 3 + 1) -%}
    {%- set letters = word | string | lower | replace('-', '_') | replace(' ', '_') -%}
    {%- for name in names -%}
        {%- set row = namespace(costs=range(name | length + 1) | list) -%}
        {%- for letter in letters -%}
            {%- set costs = [loop.index] -%}
            {%- for other in name | lower -%}
                {%- do costs.append([
                    costs[loop.index0] + 1,
                    row.costs[loop.index] + 1,
                    row.costs[loop.index0] + (0 if letter == other else 1),
                ] | min) -%}
            {%- endfor -%}
            {%- set row.costs = costs -%}
        {%- endfor -%}
        {%- if row.costs | last < found.distance -%}
            {%- set found.name = name -%}
            {%- set found.distance = row.costs | last -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(found.name) }}
{%- endmacro %}

{#- How a sentence ends that says of a name that it is none: by the nearest one, else by
    all of them. -#}
{% macro or_nearest(word, names, kind) -%}
    {%- set nearest = nearest_name(word, names) -%}
    {{ return(
        'the nearest is ' ~ nearest ~ '.' if nearest
        else 'the ' ~ kind ~ 's are ' ~ names | join(', ') ~ '.'
    ) }}
{%- endmacro %}

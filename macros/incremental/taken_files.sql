{#- Of each source whose rows are read each by itself from files: the `marks` of its files
    now; those `taken` in that the log was made of; whether these are all there as they
    were (`is_as_read`), so that what came is what stands in the others, `arrived`. -#}
{% macro source_files() -%}
    {%- set plan = increment() -%}
    {%- if 'files' not in plan -%}
        {%- set found = {} -%}
        {%- for name, source in sources().items() if is_read_by_row(source) -%}
            {%- set marks = file_marks(source.events) -%}
            {%- set taken = recorded_under(file_place(name, '')) -%}
            {%- set changed = [] -%}
            {%- for path, mark in taken.items()
                if mark == 'may change' or marks.get(path) != mark -%}
                {%- do changed.append(path) -%}
            {%- endfor -%}
            {%- do found.update({name: {
                'marks': marks,
                'taken': taken,
                'is_as_read': taken != {} and not changed
                    and var('source_rewrite_days') is not none,
                'arrived': marks | reject('in', taken) | list,
            }}) -%}
        {%- endfor -%}
        {%- do plan.update({'files': found}) -%}
    {%- endif -%}
    {{ return(plan.files) }}
{%- endmacro %}

{#- Whether a source's events are rows of files on this machine, of which each is read
    without a look at any other. -#}
{% macro is_read_by_row(source) -%}
    {%- set place = source.get('events') or '' -%}
    {%- if not preset_meta(source.preset, 'is_read_by_row') or not is_path(place)
        or '://' in place -%}
        {{ return(false) }}
    {%- endif -%}
    {%- for expression in said_expressions(source).values()
        if modules.re.search('(?i)\\bselect\\b', expression | string) -%}
        {{ return(false) }}
    {%- endfor -%}
    {{ return(true) }}
{%- endmacro %}

{#- Under which name it is recorded that the log has taken in a file of a source. -#}
{% macro file_place(name, path) -%}
    {{ return('file of ' ~ name ~ ': ' ~ path) }}
{%- endmacro %}

{#- Reads no other files than were looked at: one that comes meanwhile is news to the next
    run. Where the earlier ones are as they were, those that came are enough. -#}
{% macro ask_for_arrived_files() -%}
    {%- for name, files in source_files().items() -%}
        {%- do ask_for_files(
            name,
            files.arrived if files.is_as_read and not is_whole() else files.marks | list
        ) -%}
    {%- endfor -%}
{%- endmacro %}

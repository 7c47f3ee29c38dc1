{#- What the log has to do with, as states: of each source how it is read, that what came
    of exchanged files is taken in, be it nothing, and its files, of which all can be read
    again. The log may keep rows of one that is gone, and so it is known until all is read
    anew. A source that is no longer named, of which no row is left, is forgotten. -#}
{% macro source_states() -%}
    {%- set plan = increment() -%}
    {%- set found = {} -%}
    {%- for name in source_files() -%} {%- do ask_for_files(name, none) -%} {%- endfor -%}
    {%- for name in sources() -%}
        {%- do found.update({
            'source ' ~ name: definition_of_source(name, plan),
            'exchanged ' ~ name: '',
        }) -%}
    {%- endfor -%}
    {%- for name, files in source_files().items() if not reads_a_part() -%}
        {%- for path in files.taken if path not in files.marks -%}
            {%- do found.update({file_place(name, path): '' if is_whole() else 'gone'}) -%}
        {%- endfor -%}
        {%- for path, mark in files.marks.items() if files.taken.get(path) != mark -%}
            {%- do found.update({file_place(name, path): mark}) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- for name in unnamed_sources() -%}
        {%- do found.update({'source ' ~ name: ''}) -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

{#- Notes the same where the log gets no row, if anything of it is new. -#}
{% macro note_sources() -%}
    {%- set plan = increment() -%}
    {%- set changed = {} -%}
    {%- for place, definition in source_states().items()
        if plan.states.get(place, {}).definition | default('') != definition -%}
        {%- do changed.update({place: definition}) -%}
    {%- endfor -%}
    {%- if changed and not reads_a_part() -%}
        {%- call statement(auto_begin=true) -%} {{ state_rows(changed) }} {%- endcall -%}
        {%- do adapter.commit() -%}
    {%- endif -%}
{%- endmacro %}

{#- The sources that the log may hold rows of and the var sources no longer names. -#}
{% macro unnamed_sources() -%}
    {{ return(recorded_under('source ') | reject('in', sources()) | list) }}
{%- endmacro %}

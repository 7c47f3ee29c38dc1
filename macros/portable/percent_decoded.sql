{#- A part of a URL as it was meant: + is a space, and of percent-encoded bytes those that
    are UTF-8 are what they encode; other bytes, and a % that begins none, stay as they
    are written. Once: %2541 is %41. -#}
{% macro percent_decoded(text) -%}
    case
        when position('%' in {{ text }}) > 0 or position('+' in {{ text }}) > 0
            then {{ adapter.dispatch('percent_decoded', 'footfall')(
                "replace(" ~ text ~ ", '+', ' ')"
            ) }}
        else {{ text }}
    end
{%- endmacro %}

{#- First bytes of a sequence -> its second one, as regular expressions, by how many bytes
    follow: UTF-8 as RFC 3629 has it, so no second form of a sign and no half of one. -#}
{% macro utf8_starts(following) -%}
    {%- set any = '[89abAB][0-9a-fA-F]' -%}
    {{ return({
        3: {
            '[fF]0': '[9abAB][0-9a-fA-F]', '[fF][1-3]': any, '[fF]4': '8[0-9a-fA-F]',
        },
        2: {
            '[eE]0': '[abAB][0-9a-fA-F]', '[eE][1-9a-cA-CeEfF]': any,
            '[eE][dD]': '[89][0-9a-fA-F]',
        },
        1: {'[cC][2-9a-fA-F]|[dD][0-9a-fA-F]': any},
    }[following]) }}
{%- endmacro %}

{#- The engine's own function fails, or answers other bytes, where one sequence is broken.
    So each % is first encoded itself, and then given back to those that are whole, the
    longest first. NUL is in no text. -#}
{% macro default__percent_decoded(text) -%}
    {%- set next = '%25([89abAB][0-9a-fA-F])' -%}
    {%- set given = namespace(text="replace(" ~ text ~ ", '%', '%25')") -%}
    {%- for following in [3, 2, 1] -%}
        {%- set starts = [] -%}
        {%- for start, second in utf8_starts(following).items() -%}
            {%- do starts.append('(' ~ start ~ ')%25(' ~ second ~ ')') -%}
        {%- endfor -%}
        {%- set count = starts | length -%}
        {#- Of the alternatives one alone has groups that are filled. -#}
        {%- set first, second, others = [], [], [] -%}
        {%- for nth in range(count) -%}
            {%- do first.append('\\' ~ (2 * nth + 1)) -%}
            {%- do second.append('\\' ~ (2 * nth + 2)) -%}
        {%- endfor -%}
        {%- for nth in range(following - 1) -%}
            {%- do others.append('%\\' ~ (2 * count + nth + 1)) -%}
        {%- endfor -%}
        {%- set given.text = replaced_regex(
            given.text,
            '%25(?:' ~ starts | join('|') ~ ')' ~ next * (following - 1),
            '%' ~ first | join ~ '%' ~ second | join ~ others | join,
        ) -%}
    {%- endfor -%}
    {%- set given.text = replaced_regex(given.text, '%25([0-7][0-9a-fA-F])', '%\\1') -%}
    url_decode(replace({{ given.text }}, '%00', ''))
{%- endmacro %}

{#- Postgres has no such function: runs of whole sequences, and what stands between. -#}
{% macro postgres__percent_decoded(text) -%}
    {%- set sequences = ['%[0-7][0-9a-fA-F]'] -%}
    {%- for following in [1, 2, 3] -%}
        {%- for start, second in utf8_starts(following).items() -%}
            {%- do sequences.append(
                '%(?:' ~ start ~ ')%' ~ second
                ~ '%[89abAB][0-9a-fA-F]' * (following - 1)
            ) -%}
        {%- endfor -%}
    {%- endfor -%}
    (
        select
            string_agg(
                case
                    when length(part[1]) > 1 and left(part[1], 1) = '%'
                        then convert_from(
                            decode(
                                replace(replace(part[1], '%00', ''), '%', ''), 'hex'
                            ),
                            'UTF8'
                        )
                    else part[1]
                end,
                '' order by place
            )
        from regexp_matches(
            {{ text }},
            {{ sql_literal('((?:' ~ sequences | join('|') ~ ')+|[^%]+|%)') }},
            'g'
        ) with ordinality as found (part, place)
    )
{%- endmacro %}

{#- What the rule seeds may hold, as data: the checks and docs/rules.md are made from it.
    Of a seed: its columns, what no two rows may share (by the first key its rows are
    named, by the last they are known to others), which checks of its rows together
    it has and what those say, and whether it may be without rows. Of a column: its kind, and what belongs to
    the kind; `empty` says that it may be empty, and what that means; `of` names the
    column of a seed that must have the value; `only` and `needed` the rows that alone
    may, or have to, fill it; `before` what to write in a file of an earlier version, which
    lacks the column; `may_be_missing` that it may go on lacking it, as if it were empty. Names of events stand in columns of kinds event and events,
    platforms in those of kind platforms. -#}
{% macro described_rules() -%}
    {%- set share = {'kind': 'number', 'least': 0, 'most': 1} -%}
    {%- set markov = ['markov', 'markov_by_journey'] -%}
    {%- set seconds = {'kind': 'whole', 'least': 0, 'most': 3153600000} -%}
    {%- set pattern = {'kind': 'pattern', 'empty': 'any'} -%}
    {%- set category = {
        'kind': 'name', 'of': 'source_categories.source_category', 'empty': 'any',
    } -%}
    {%- set rule_columns = {
        'priority': {'kind': 'whole', 'least': 0, 'most': 2147483647},
        'rule_id': {'kind': 'name'},
        'channel': {'kind': 'name', 'of': 'channels.channel'},
        'source_category': category,
        'source_is_ads': {'kind': 'flag', 'empty': 'any'},
        'source_pattern': pattern,
        'medium_pattern': pattern,
        'campaign_pattern': pattern,
        'is_tagged': {'kind': 'flag', 'empty': 'any'},
        'utm_source_category': category,
        'utm_source_pattern': pattern,
        'utm_medium_pattern': pattern,
        'click_id_type_pattern': pattern,
        'referrer_category': category,
        'referrer_host_pattern': pattern,
        'reason': {'kind': 'reason'},
    } -%}
    {{ return({
        'annotations': {
            'keys': [['annotation_date', 'annotation_text']],
            'may_be_empty': true,
            'columns': {
                'annotation_date': {'kind': 'date'},
                'annotation_text': {'kind': 'name'},
                'annotation_kind': {'kind': 'word', 'words': [
                    'release', 'campaign', 'outage', 'holiday', 'other',
                ]},
            },
        },
        'attribution_models': {
            'keys': [['attribution_model']],
            'wholes': {'attribution_models':
                'One model at least is switched on. Shares sum to 1 at most. A model that'
                ~ ' stands in for another one may have one too, but no third, and never in'
                ~ ' a circle. credited_touches is all in kinds other than first, last,'
                ~ ' linear and time_decay. Kind custom has weights in attribution_weights.'
            },
            'columns': {
                'attribution_model': {'kind': 'name'},
                'kind': {'kind': 'word', 'words': [
                    'first', 'last', 'linear', 'time_decay', 'position', 'custom',
                    'shapley', 'shapley_ordered', 'markov', 'markov_by_journey',
                ]},
                'is_enabled': {'kind': 'flag'},
                'credited_touches': {
                    'kind': 'word', 'words': ['all', 'non_direct', 'paid'],
                },
                'first_share': dict(
                    share, only={'kind': ['position']}, needed={'kind': ['position']},
                    empty='none'
                ),
                'lead_share': dict(
                    share, only={'kind': ['position']}, empty='it does not matter'
                ),
                'opportunity_share': dict(
                    share, only={'kind': ['position']}, empty='it does not matter'
                ),
                'last_share': dict(
                    share, only={'kind': ['position']}, needed={'kind': ['position']},
                    empty='none'
                ),
                'half_life_days': {
                    'kind': 'number', 'above': 0, 'most': 36500,
                    'only': {'kind': ['time_decay']},
                    'empty': 'that of the var attribution_half_life_days',
                },
                'markov_order': {
                    'kind': 'whole', 'least': 1, 'most': 3,
                    'only': {'kind': markov}, 'needed': {'kind': markov},
                    'empty': 'none',
                },
                'fallback_model': {
                    'kind': 'name', 'of': 'attribution_models.attribution_model',
                    'only': {'kind': ['position']}, 'empty': 'none',
                },
                'description': {'kind': 'text'},
            },
        },
        'attribution_weights': {
            'keys': [['attribution_model', 'touch_position']],
            'wholes': {'attribution_weights':
                'The model is of kind custom. No position is 0, and not all weights of a'
                ~ ' model are.'
            },
            'may_be_empty': true,
            'columns': {
                'attribution_model': {
                    'kind': 'name', 'of': 'attribution_models.attribution_model',
                },
                'touch_position': {'kind': 'whole', 'least': -1000000, 'most': 1000000},
                'weight': {'kind': 'number', 'least': 0, 'most': 999999},
            },
        },
        'audiences': {
            'keys': [['audience', 'feature', 'operator']],
            'wholes': {'audiences':
                'A feature that equals a value is asked for by no other row of the audience.'
                ~ ' at_least is no more than at_most.'
            },
            'may_be_empty': true,
            'columns': {
                'audience': {'kind': 'name'},
                'feature': {'kind': 'word', 'words': audience_features() | list},
                'operator': {
                    'kind': 'word', 'words': ['at_least', 'at_most', 'equals'],
                },
                'value': {'kind': 'number', 'least': 0, 'most': 999999999},
            },
        },
        'channel_rules': {
            'keys': [['preset', 'rule_id'], ['preset', 'priority']],
            'wholes': {'channel_rules':
                'The last rule of a preset matches everything, and no other one does.'
            },
            'columns': dict({'preset': {'kind': 'name'}}, **rule_columns),
        },
        'channel_rules_custom': {
            'keys': [['rule_id'], ['priority']],
            'wholes': {'channel_rules':
                'No rule but the last matches everything. No rule_id is also one of a preset.'
            },
            'may_be_empty': true,
            'columns': rule_columns,
        },
        'channels': {
            'keys': [['channel']],
            'wholes': {'channels':
                'One channel at least is direct. No name has >, ( or ).'
            },
            'columns': {
                'channel': {'kind': 'name'},
                'is_direct': {'kind': 'flag'},
                'is_paid': {'kind': 'flag'},
                'lookback_seconds': dict(
                    seconds, empty="as long as the conversion's definition says"
                ),
                'description': {'kind': 'text'},
            },
        },
        'click_ids': {
            'keys': [['click_id_type']],
            'columns': {
                'click_id_type': {
                    'kind': 'code', 'regex': '[A-Za-z0-9_.-]+', 'form': 'lower',
                    'is': "the name of an address' parameter, of letters, digits, _, . and -",
                },
                'priority': {
                    'kind': 'whole', 'least': 0, 'most': 99,
                    'before': '0 in each row, so that the first in an address still counts',
                },
                'source': {'kind': 'name'},
                'medium': {'kind': 'name'},
                'is_paid': {'kind': 'flag', 'empty': 'false'},
                'description': {'kind': 'text'},
            },
        },
        'consent_words': {
            'keys': [['field', 'word']],
            'wholes': {'words': 'A word for any field is not also one for some.'},
            'may_be_empty': true,
            'columns': {
                'field': {'kind': 'word', 'words': ['analytics', 'marketing', 'any']},
                'word': {'kind': 'text', 'is_needed': true, 'form': 'word'},
                'meaning': {'kind': 'word', 'words': ['granted', 'denied', 'unknown']},
                'description': {'kind': 'text'},
            },
        },
        'conversion_definitions': {
            'keys': [['conversion_name', 'event_name', 'page_path_pattern']],
            'wholes': {'conversion_definitions':
                'One conversion_name has the goal main. Rows of one conversion_name agree on'
                ~ ' goal, lookback_seconds, lead_conversion_name and'
                ~ ' opportunity_conversion_name.'
            },
            'may_be_empty': true,
            'columns': {
                'conversion_name': {'kind': 'name'},
                'event_name': {'kind': 'event', 'form': 'event'},
                'page_path_pattern': {'kind': 'paths'},
                'goal': {
                    'kind': 'word', 'words': ['main', 'other'],
                    'empty': 'it is a conversion, but no goal',
                    'before': 'main for the conversion that rates are of, other for the rest',
                },
                'lookback_seconds': dict(
                    seconds, empty='that of the var attribution_lookback_days'
                ),
                'lead_conversion_name': {
                    'kind': 'name', 'of': 'conversion_definitions.conversion_name',
                    'empty': 'none',
                },
                'opportunity_conversion_name': {
                    'kind': 'name', 'of': 'conversion_definitions.conversion_name',
                    'empty': 'none',
                },
                'description': {'kind': 'text'},
            },
        },
        'country_names': {
            'keys': [['country_name']],
            'may_be_empty': true,
            'columns': {
                'country_name': {'kind': 'name'},
                'country_code': {
                    'kind': 'code', 'regex': '[A-Z]{2}',
                    'is': 'a code of two capitals such as DE',
                },
            },
        },
        'device_codes': {
            'keys': [['preset', 'field', 'code']],
            'may_be_empty': true,
            'columns': {
                'preset': {'kind': 'word', 'words': known_presets()},
                'field': {
                    'kind': 'word',
                    'words': ['device_category', 'os_name', 'browser_name'],
                },
                'code': {'kind': 'name', 'form': 'lower'},
                'name': {'kind': 'name'},
            },
        },
        'event_names': {
            'keys': [['preset', 'tracker_name']],
            'may_be_empty': true,
            'columns': {
                'preset': {'kind': 'word', 'words': ['any'] + known_presets()},
                'tracker_name': {'kind': 'name', 'form': 'event'},
                'event_name': {'kind': 'event'},
                'description': {'kind': 'text', 'is_needed': true},
            },
        },
        'event_rules': {
            'keys': [['rule_id'], ['priority']],
            'wholes': {'event_rules':
                'The last rule matches everything, with % and %, and no other one does.'
            },
            'columns': {
                'rule_id': {'kind': 'name'},
                'priority': {'kind': 'whole', 'least': 0, 'most': 2147483647},
                'event_name': {'kind': 'events'},
                'platform': {'kind': 'platforms'},
                'is_session_relevant': {'kind': 'flag'},
                'is_page_view': {'kind': 'flag'},
                'is_act': {
                    'kind': 'flag',
                    'before': 'true in each row, so that each event still tells of bots',
                },
                'description': {'kind': 'text'},
            },
        },
        'experiment_variants': {
            'keys': [['experiment_id', 'variant_id']],
            'may_be_empty': true,
            'columns': {
                'experiment_id': {'kind': 'name'},
                'variant_id': {'kind': 'name'},
                'is_control': {'kind': 'flag'},
                'planned_weight': {
                    'kind': 'number', 'above': 0, 'most': 1000000, 'empty': '1',
                },
            },
        },
        'funnel_exclusions': {
            'keys': [['funnel_name', 'exclusion_name']],
            'wholes': {'funnel_exclusions':
                'A property_value has a property_name. before_step is more than after_step,'
                ~ ' and a step of the funnel. A strict funnel has no exclusions: any event'
                ~ ' between its steps ends an attempt. In any order both are empty.'
            },
            'may_be_empty': true,
            'columns': {
                'funnel_name': {'kind': 'name', 'of': 'funnels.funnel_name'},
                'exclusion_name': {'kind': 'name'},
                'event_name': {'kind': 'event'},
                'page_path_pattern': {'kind': 'paths'},
                'page_path_regex': pattern,
                'property_name': {'kind': 'name', 'empty': 'it does not matter'},
                'property_value': {'kind': 'name', 'empty': 'any'},
                'after_step': {'kind': 'whole', 'least': 1, 'most': 7, 'empty': '1'},
                'before_step': {
                    'kind': 'whole', 'least': 2, 'most': 8, 'empty': 'the last step',
                },
            },
        },
        'funnel_steps': {
            'keys': [['funnel_name', 'step_name'], ['funnel_name', 'step_number']],
            'wholes': {'funnel_steps':
                'Steps are numbered from 1 without a gap. Every funnel has one at least.'
                ~ ' A property_value has a property_name. Step 1 has no window_minutes, nor'
                ~ ' has any step of a funnel in any order.'
            },
            'may_be_empty': true,
            'columns': {
                'funnel_name': {'kind': 'name', 'of': 'funnels.funnel_name'},
                'step_number': {'kind': 'whole', 'least': 1, 'most': 8},
                'step_name': {'kind': 'name'},
                'event_name': {'kind': 'event'},
                'page_path_pattern': {'kind': 'paths'},
                'page_path_regex': dict(pattern, may_be_missing=true),
                'property_name': {
                    'kind': 'name', 'empty': 'it does not matter',
                    'may_be_missing': true,
                },
                'property_value': {
                    'kind': 'name', 'empty': 'any', 'may_be_missing': true,
                },
                'window_minutes': {
                    'kind': 'whole', 'least': 1, 'most': 52560000, 'empty': 'no limit',
                    'may_be_missing': true,
                },
            },
        },
        'funnels': {
            'keys': [['funnel_name']],
            'wholes': {'funnels':
                'A funnel in any order is not open: it begins with any step as it is.'
            },
            'may_be_empty': true,
            'columns': {
                'funnel_name': {'kind': 'name'},
                'entity': {'kind': 'word', 'words': ['session', 'visitor', 'person']},
                'window_minutes': {
                    'kind': 'whole', 'least': 1, 'most': 52560000, 'empty': 'no limit',
                },
                'description': {'kind': 'text'},
                'step_order': {
                    'kind': 'word', 'words': ['ordered', 'strict', 'any'],
                    'empty': 'ordered', 'may_be_missing': true,
                },
                'is_open': {'kind': 'flag', 'empty': 'false', 'may_be_missing': true},
            },
        },
        'host_rules': {
            'keys': [['field', 'rule_id'], ['field', 'priority']],
            'wholes': {'fields': 'Each field has a rule at least.'},
            'columns': {
                'field': {'kind': 'word', 'words': ['host', 'portal']},
                'priority': {'kind': 'whole', 'least': 0, 'most': 2147483647},
                'rule_id': {'kind': 'name'},
                'pattern': {'kind': 'pattern'},
                'value': dict(category, empty='of no known kind'),
            },
        },
        'internal_traffic': {
            'keys': [['match_field', 'match_value']],
            'may_be_empty': true,
            'columns': {
                'match_field': {
                    'kind': 'word', 'words': ['page_host', 'visitor_id', 'user_id'],
                },
                'match_value': {'kind': 'name'},
                'description': {'kind': 'text'},
            },
        },
        'page_groups': {
            'keys': [['priority']],
            'may_be_empty': true,
            'columns': {
                'priority': {'kind': 'whole', 'least': 0, 'most': 2147483647},
                'page_host_pattern': {'kind': 'hosts', 'empty': 'any, and a screen of an app'},
                'page_path_pattern': {'kind': 'paths'},
                'page_group': {'kind': 'name'},
            },
        },
        'placeholders': {
            'keys': [['field', 'word']],
            'wholes': {'words': 'A word for any field is not also one for some.'},
            'may_be_empty': true,
            'columns': {
                'field': {'kind': 'word', 'words': [
                    'visitor_id', 'user_id', 'order_id', 'source_bot_reason', 'any',
                ]},
                'word': {'kind': 'text', 'is_needed': true, 'form': 'word'},
                'description': {'kind': 'text'},
            },
        },
        'public_suffixes': {
            'keys': [['suffix', 'match_type']],
            'columns': {
                'suffix': {'kind': 'name', 'form': 'lower'},
                'match_type': {
                    'kind': 'word', 'words': ['exact', 'wildcard', 'exception'],
                },
                'is_private': {'kind': 'flag'},
            },
        },
        'reversal_definitions': {
            'keys': [['event_name']],
            'may_be_empty': true,
            'columns': {
                'event_name': {'kind': 'event', 'form': 'event'},
                'reverses_all': {'kind': 'flag'},
                'description': {'kind': 'text'},
            },
        },
        'search_parameters': {
            'keys': [['priority'], ['found_in', 'parameter_name', 'page_path_pattern']],
            'may_be_empty': true,
            'columns': {
                'priority': {'kind': 'whole', 'least': 0, 'most': 2147483647},
                'found_in': {'kind': 'word', 'words': ['address', 'properties']},
                'parameter_name': {
                    'kind': 'code', 'regex': '[A-Za-z0-9_. -]+',
                    'is': 'a name of letters, digits, blanks, _, . and -',
                },
                'page_path_pattern': {'kind': 'paths'},
                'description': {'kind': 'text'},
            },
        },
        'source_categories': {
            'keys': [['source_category']],
            'columns': {
                'source_category': {'kind': 'name'},
                'referrer_medium': {'kind': 'name', 'empty': 'none'},
                'description': {'kind': 'text'},
            },
        },
        'targets': {
            'keys': [['goal_name', 'channel', 'month']],
            'may_be_empty': true,
            'columns': {
                'goal_name': {
                    'kind': 'name', 'of': 'conversion_definitions.conversion_name',
                },
                'channel': {
                    'kind': 'name', 'of': 'channels.channel', 'empty': 'all channels',
                },
                'month': {
                    'kind': 'code', 'regex': '[0-9]{4}-(0[1-9]|1[0-2])',
                    'is': 'a month such as 2026-03',
                },
                'target_conversions': {
                    'kind': 'number', 'least': 0, 'most': 999999999, 'empty': 'none',
                },
                'target_revenue': {
                    'kind': 'number', 'least': 0, 'most': 999999999999, 'empty': 'none',
                },
            },
        },
        'traffic_sources': {
            'keys': [['pattern', 'match_type']],
            'columns': {
                'pattern': {'kind': 'name', 'form': 'lower'},
                'match_type': {
                    'kind': 'word', 'words': ['alias', 'app', 'brand', 'host'],
                },
                'source': {'kind': 'name'},
                'source_category': {
                    'kind': 'name', 'of': 'source_categories.source_category',
                },
                'is_ads': {'kind': 'flag', 'empty': 'false'},
            },
        },
        'user_agent_rules': {
            'keys': [['field', 'rule_id'], ['field', 'priority']],
            'wholes': {'fields': 'Each field has a rule at least.'},
            'columns': {
                'field': {'kind': 'word', 'words': [
                    'bot_reason', 'device_category', 'os_name', 'browser_name',
                ]},
                'priority': {'kind': 'whole', 'least': 0, 'most': 2147483647},
                'rule_id': {'kind': 'name'},
                'pattern': {'kind': 'pattern'},
                'value': {
                    'kind': 'name', 'empty': 'no bot, whatever later rules say',
                    'needed': {
                        'field': ['device_category', 'os_name', 'browser_name'],
                    },
                },
            },
        },
        'currency_rates': {
            'keys': [['rate_date', 'currency']],
            'may_be_empty': true,
            'columns': {
                'rate_date': {'kind': 'date'},
                'currency': {
                    'kind': 'code', 'regex': '[A-Z]{3}',
                    'is': 'a code of three capitals such as EUR',
                },
                'rate': {'kind': 'number', 'above': 0, 'most': 999999999},
            },
        },
    }) }}
{%- endmacro %}

{#- What a column may be, as the end of a sentence. -#}
{% macro may_be(column) -%}
    {%- if column.of -%}
        {%- set seed, name = column.of.split('.') -%}
        {%- set text = 'the ' ~ name ~ ' of a row of the seed ' ~ seed -%}
    {%- elif column.kind == 'word' -%}
        {%- set text = 'one of ' ~ column.words | join(', ') -%}
    {%- elif column.kind == 'code' -%}
        {%- set text = column['is'] -%}
    {%- elif column.kind in ['whole', 'number'] -%}
        {%- set text = ('a whole number' if column.kind == 'whole' else 'a number')
            ~ (' above ' ~ column.above ~ ', at most ' if column.above is defined
                else ' from ' ~ column.least ~ ' to ')
            ~ column.most -%}
    {%- else -%}
        {%- set text = {
            'text': 'any text',
            'name': 'a text',
            'flag': 'true or false',
            'date': 'a date such as 2026-01-31',
            'pattern': 'a regular expression',
            'reason': 'a sentence',
            'event': 'the name of an event',
            'events': 'the name of an event, in which % stands for any text',
            'platforms': 'a platform, in which % stands for any text',
            'hosts': 'a host in lower case, in which % stands for any text',
            'paths': 'a path from its / on, in which % stands for any text',
        }[column.kind] -%}
    {%- endif -%}
    {{ return(text ~ (', or empty' if column.empty else '')) }}
{%- endmacro %}

{#- How a sentence goes on about a column that is not there. -#}
{% macro added_column(column) -%}
    {{ return('add it, ' ~ (column.before or may_be(column) ~ ' in each row')) }}
{%- endmacro %}

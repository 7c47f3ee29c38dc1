"""Every rule seed is checked as a whole, in sentences, before a model reads it."""

import copy
import json
import os
import re
import warnings
from argparse import Namespace
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml
from dbt.adapters.factory import get_adapter, register_adapter
from dbt.cli.main import dbtRunner
from dbt.clients.jinja import MacroGenerator
from dbt.config.runtime import RuntimeConfig
from dbt.context.providers import generate_runtime_macro_context
from dbt.flags import set_from_args
from dbt.mp_context import get_mp_context
from dbt_common.clients.agate_helper import from_csv
from dbt_common.exceptions import DbtBaseException
from harness import (
    ROOT,
    close_connections,
    copy_project,
    one_source,
    parse,
    run_dbt,
    write_parquet,
)

from parity.parsing import parsed_sources
from serving import build as runner
from serving.build import located
from serving.seeds import unreadable

SEEDS = {
    path.stem: path
    for folder in ("rules", "rates")
    for path in sorted((ROOT / "seeds" / folder).glob("*.csv"))
}
END = ""
"""In the place of what is replaced: the rows are put at the end."""
Ask = Callable[..., Any]
COLUMNS = [
    *("event_id", "visitor_id", "occurred_at", "event_name", "page_url", "platform"),
    *("order_id", "revenue"),
]
# All that is built here, parsed once.
SOURCES = parsed_sources(one_source("none.parquet", COLUMNS))

# Seed, what stands in it, what is put in its place -> what follows the file's name.
ALONE: list[tuple[str, str, str, str]] = [
    # Words, flags, numbers and days.
    (
        "attribution_models",
        "linear,linear,true",
        "linear,equal,true",
        ", row 8: the kind is 'equal', but must be one of first, last, linear,"
        " time_decay, position, custom, shapley, shapley_ordered, markov,"
        " markov_by_journey.",
    ),
    (
        "attribution_models",
        "linear,linear,true,all",
        "linear,linear,true,organic",
        ", row 8: the credited_touches is 'organic', but must be one of all,"
        " non_direct, paid.",
    ),
    (
        "attribution_models",
        "linear,linear,true",
        "linear,linear,yes",
        ", row 8: the is_enabled is 'yes', but must be true or false.",
    ),
    (
        "attribution_models",
        ",,1,,Channel totals by removal effects of a chain that remembers the last",
        ",,4,,Channel totals by removal effects of a chain that remembers the last",
        ", row 18: the markov_order is '4', but must be a whole number from 1 to 3, or"
        " empty.",
    ),
    (
        "attribution_models",
        "time_decay,time_decay,true,all,,,,,,",
        "time_decay,time_decay,true,all,,,,,0,",
        ", row 9: the half_life_days is '0', but must be a number above 0, at most"
        " 36500, or empty.",
    ),
    (
        "attribution_models",
        "position_based,position,true,all,0.4,",
        "position_based,position,true,all,-0.4,",
        ", row 10: the first_share is '-0.4', but must be a number from 0 to 1, or"
        " empty.",
    ),
    (
        "attribution_models",
        "position_based,position,true,all,0.4,",
        'position_based,position,true,all,"0,4",',
        ", row 10: the first_share is '0,4', but must be a number from 0 to 1, or"
        " empty.",
    ),
    (
        "attribution_weights",
        "last_three,-1,0.5",
        "last_three,-1,-0.5",
        ", row 2: the weight is '-0.5', but must be a number from 0 to 999999.",
    ),
    (
        "attribution_weights",
        "last_three,-1,0.5",
        "last_three,first,0.5",
        ", row 2: the touch_position is 'first', but must be a whole number from"
        " -1000000 to 1000000.",
    ),
    (
        "channels",
        "Email,false,false,,",
        "Email,false,false,-5,",
        ", row 15: the lookback_seconds is '-5', but must be a whole number from 0 to"
        " 3153600000, or empty.",
    ),
    (
        "channels",
        "Email,false,false,,",
        "Email,false,false,99999999999999999999,",
        ", row 15: the lookback_seconds is '99999999999999999999', but must be a whole"
        " number from 0 to 3153600000, or empty.",
    ),
    (
        "conversion_definitions",
        "purchase,purchase,%,main,,",
        "purchase,purchase,%,main,30 days,",
        ", row 2: the lookback_seconds is '30 days', but must be a whole number from 0"
        " to 3153600000, or empty.",
    ),
    (
        "consent_words",
        "any,grant,granted",
        "all,grant,granted",
        ", row 3: the field is 'all', but must be one of analytics, marketing, any.",
    ),
    (
        "consent_words",
        "any,grant,granted",
        "any,grant,maybe",
        ", row 3: the meaning is 'maybe', but must be one of granted, denied, unknown.",
    ),
    (
        "internal_traffic",
        "page_host,staging",
        "host,staging",
        ", row 2: the match_field is 'host', but must be one of page_host, visitor_id,"
        " user_id.",
    ),
    (
        "funnels",
        "purchase,session",
        "purchase,device",
        ", row 2: the entity is 'device', but must be one of session, visitor, person.",
    ),
    (
        "funnels",
        "within one session.,,\npurchase_in",
        "within one session.,sequential,\npurchase_in",
        ", row 2: the step_order is 'sequential', but must be one of ordered, strict,"
        " any, or empty.",
    ),
    (
        "funnels",
        "within one session.,,\npurchase_in",
        "within one session.,any,false\npurchase_in",
        ", row 2: the is_open is 'false', but says nothing where the step_order is any:"
        " leave it empty.",
    ),
    (
        "funnel_steps",
        "sign_up,2,signed_up,sign_up,%,,,,",
        "sign_up,2,signed_up,sign_up,%,^/a[,,,",
        ", row 11: '^/a[' is no regular expression.",
    ),
    (
        "funnel_steps",
        "sign_up,2,signed_up,sign_up,%,,,,",
        "sign_up,2,signed_up,sign_up,%,,,pro,",
        ", row 11: the property_value is 'pro', but the property_name is empty: say of"
        " which property.",
    ),
    (
        "funnel_steps",
        "/account/sign-up%,,,,",
        "/account/sign-up%,,,,5",
        ", row 10: the window_minutes is '5', but step 1 has no step before it: leave"
        " it empty.",
    ),
    (
        "funnel_exclusions",
        END,
        "purchase,x,refund,%,,,,2,2",
        ", row 2: the before_step is '2', but must be more than the after_step, which"
        " is 2.",
    ),
    (
        "funnels",
        "visitor,10080",
        "visitor,0",
        ", row 3: the window_minutes is '0', but must be a whole number from 1 to"
        " 52560000, or empty.",
    ),
    (
        "traffic_sources",
        "1881.no,host",
        "1881.no,domain",
        ", row 2: the match_type is 'domain', but must be one of alias, app, brand,"
        " host.",
    ),
    (
        "event_names",
        "any,pageview,page_view",
        "google,pageview,page_view",
        ", row 2: the preset is 'google', but must be one of any, columns, demo, ga4,"
        " snowplow, segment, posthog, matomo, access_log, shopify_orders.",
    ),
    (
        "country_names",
        "Albania,AL",
        "Albania,Alb",
        ", row 4: the country_code is 'Alb', but must be a code of two capitals such as"
        " DE.",
    ),
    (
        "currency_rates",
        END,
        "2026-01-02,USD,0.92\n2026-01-02,usd,0.92",
        ", row 3: the currency is 'usd', but must be a code of three capitals such as"
        " EUR.",
    ),
    (
        "currency_rates",
        END,
        "2026-01-02,USD,0",
        ", row 2: the rate is '0', but must be a number above 0, at most 999999999.",
    ),
    (
        "currency_rates",
        END,
        "2026-01-02,USD,-1.1",
        ", row 2: the rate is '-1.1', but must be a number above 0, at most 999999999.",
    ),
    (
        "currency_rates",
        END,
        "03/04/2026,USD,0.92",
        ", row 2: the rate_date is '03/04/2026', but must be a date such as"
        " 2026-01-31.",
    ),
    (
        "currency_rates",
        END,
        "2026-02-30,USD,0.92",
        ", row 2: the rate_date is '2026-02-30', but must be a date such as"
        " 2026-01-31.",
    ),
    (
        "currency_rates",
        END,
        ",USD,0.92",
        ", row 2: the rate_date is empty, but must be a date such as 2026-01-31.",
    ),
    (
        "conversion_definitions",
        "sign_up,sign_up,%,",
        "sign_up,sign_up,thanks,",
        ", row 3: the page_path_pattern is 'thanks', but must be a path from its / on,"
        " in which % stands for any text.",
    ),
    (
        "click_ids",
        "gclid,1",
        "g[cl]id,1",
        ", row 2: the click_id_type is 'g[cl]id', but must be the name of an address'"
        " parameter, of letters, digits, _, . and -.",
    ),
    (
        "page_groups",
        "20,,/search%,",
        "20,https://shop.example,/search%,",
        ", row 3: the page_host_pattern is 'https://shop.example', but must be a host"
        " in lower case, in which % stands for any text, or empty.",
    ),
    (
        "page_groups",
        "20,,/search%,",
        "20,,search%,",
        ", row 3: the page_path_pattern is 'search%', but must be a path from its / on,"
        " in which % stands for any text.",
    ),
    (
        "page_groups",
        "20,,/search%,Search",
        "20,,/search%,",
        ", row 3: the page_group is empty, but must be a text.",
    ),
    (
        "page_groups",
        "20,,/search%,",
        "10,,/search%,",
        ", row 3: the priority '10' is also that of seeds/rules/page_groups.csv,"
        " row 2.",
    ),
    (
        "search_parameters",
        "20,address,q,",
        "20,url,q,",
        ", row 3: the found_in is 'url', but must be one of address, properties.",
    ),
    (
        "search_parameters",
        "20,address,q,",
        "20,address,q=,",
        ", row 3: the parameter_name is 'q=', but must be a name of letters, digits,"
        " blanks, _, . and -.",
    ),
    # What is empty, and what has to be.
    (
        "conversion_definitions",
        "sign_up,sign_up,%,",
        ",sign_up,%,",
        ", row 3: the conversion_name is empty, but must be a text.",
    ),
    (
        "consent_words",
        "any,grant,granted",
        "any,,granted",
        ", row 3: the word is empty, but must be any text.",
    ),
    (
        "attribution_models",
        "linear,linear,true,all,,,,,,",
        "linear,linear,true,all,,,,,7,",
        ", row 8: the half_life_days is '7', but says nothing where the kind is not"
        " time_decay: leave it empty.",
    ),
    (
        "attribution_models",
        ",0.4,,,0.4,",
        ",0.4,,,,",
        ", row 10: the last_share is empty, but where the kind is position it must be a"
        " number from 0 to 1.",
    ),
    (
        "user_agent_rules",
        "iOS WebView",
        "",
        ", row 112: the value is empty, but where the field is browser_name it must be"
        " a text.",
    ),
    (
        "traffic_sources",
        "1881.no,host",
        "1881.no ,host",
        ", row 2: the pattern is '1881.no ', with blanks around it: take them away.",
    ),
    # Regular expressions, and names in braces.
    (
        "host_rules",
        "portal,15,own_ads,(^|[.])(",
        "portal,15,own_ads,(^|[.])((",
        "' is no regular expression.",
    ),
    (
        "user_agent_rules",
        "browser_name,480,old_safari,safari/",
        r"browser_name,480,old_safari,safari\b",
        r", row 113: 'safari\b' has '\', which not all engines read alike.",
    ),
    (
        "channel_rules_custom",
        END,
        "1,a,Email,,,^a$,,,,,,,,,,from {sorce}",
        ", row 2: the reason has '{sorce}', but names in braces are {source}, {medium},"
        " {campaign}, {click_id_type}, {referrer_host}.",
    ),
    # What no two rows share.
    (
        "channels",
        END,
        "Email,false,false,,Twice.",
        ", row 29: the channel 'Email' is also that of seeds/rules/channels.csv, row"
        " 15.",
    ),
    (
        "host_rules",
        "portal,15,own_ads",
        "portal,20,own_ads",
        ", row 15: the priority '20' is also that of seeds/rules/host_rules.csv, row"
        " 14.",
    ),
    (
        "reversal_definitions",
        END,
        "Order Cancelled,true,Twice in the form of the data.",
        ", row 4: the event_name 'Order Cancelled' is also that of"
        " seeds/rules/reversal_definitions.csv, row 3.",
    ),
    (
        "click_ids",
        END,
        "GCLID,1,google,cpc,true,Twice.",
        ", row 89: the click_id_type 'GCLID' is also that of"
        " seeds/rules/click_ids.csv, row 2.",
    ),
    (
        "funnel_steps",
        "sign_up,2,signed_up",
        "sign_up,2,sign_up_page",
        ", row 11: the step_name 'sign_up_page' is also that of"
        " seeds/rules/funnel_steps.csv, row 10.",
    ),
    (
        "funnel_steps",
        "sign_up,2,signed_up",
        "sign_up,1,signed_up",
        ", row 11: the step_number '1' is also that of seeds/rules/funnel_steps.csv,"
        " row 10.",
    ),
    (
        "placeholders",
        END,
        "user_id,GUEST,Twice.",
        ", row 147: the word 'GUEST' is also that of seeds/rules/placeholders.csv, row"
        " 53, for any field: keep one of them.",
    ),
    # The rows together.
    (
        "funnel_steps",
        "sign_up,2,signed_up",
        "sign_up,3,signed_up",
        ", row 11: the step_number is '3', but the funnel 'sign_up' has 2 steps: number"
        " them from 1 without a gap.",
    ),
    (
        "funnel_steps",
        END,
        "\n".join(f"sign_up,{nth},s{nth},e{nth},%" for nth in range(3, 10)),
        ", row 18: the step_number is '9', but must be a whole number from 1 to 8.",
    ),
    (
        "channels",
        "Direct,true,",
        "Direct,FALSE,",
        ": no channel is direct, but the is_direct of one at least must be true: it"
        " takes the visits of which nothing tells the source.",
    ),
    (
        "channels",
        "Email,false,",
        "E-mail > all,false,",
        ", row 15: the channel is 'E-mail > all', but must be without '>', which is a"
        " mark of paths and reasons.",
    ),
    (
        "attribution_models",
        ",true,",
        ",false,",
        ": no model is switched on, but the is_enabled of one at least must be true.",
    ),
    (
        "attribution_models",
        "all,0.4,,,0.4,",
        "all,1,,,1,",
        ", row 10: the shares sum to 2.0, but must sum to 1 at most: what they leave is"
        " for other touches.",
    ),
    (
        "attribution_models",
        "shapley,shapley,true,all",
        "shapley,shapley,true,paid",
        ", row 16: the credited_touches is 'paid', but must be all where the kind is"
        " shapley.",
    ),
    (
        "attribution_models",
        ",w_shaped,22.5",
        ",u_shaped,22.5",
        ", row 12: the fallback_model is 'u_shaped', but must be the attribution_model"
        " of another row.",
    ),
    (
        "attribution_models",
        "all,0.3,0.3,,0.3,,,position_based,",
        "all,0.3,0.3,,0.3,,,full_path,",
        ", row 11: the fallback_model is 'full_path', which leads round in a circle:"
        " end it in a model that has none.",
    ),
    (
        "attribution_weights",
        "last_three,-1,0.5",
        "last_three,0,0.5",
        ", row 2: the touch_position is '0', but must be 1 for the first touch, -1 for"
        " the last, or further from either.",
    ),
    (
        "conversion_definitions",
        END,
        "purchase,order_placed,%,main,86400,sign_up,,Another lookback.",
        ", row 4: the lookback_seconds is '86400', but must be '' as in"
        " seeds/rules/conversion_definitions.csv, row 2: rows of one conversion_name"
        " agree on it.",
    ),
    (
        "conversion_definitions",
        "purchase,purchase,%,main,,sign_up,",
        "purchase,purchase,%,main,,signup,",
        ", row 2: the lead_conversion_name is 'signup', but must be the conversion_name"
        " of a row.",
    ),
    (
        "conversion_definitions",
        "purchase,%,main,",
        "purchase,%,first,",
        ", row 2: the goal is 'first', but must be one of main, other, or empty.",
    ),
    (
        "conversion_definitions",
        "sign_up,%,other,",
        "sign_up,%,main,",
        ", row 3: the goal is 'main', but must be 'other' or empty: 'purchase' is the"
        " main goal.",
    ),
    (
        "conversion_definitions",
        "purchase,%,main,",
        "purchase,%,other,",
        ": no row has the goal main, of which conversion_rate is the rate: give it to"
        " the conversion that matters most.",
    ),
    (
        "conversion_definitions",
        END,
        "purchase,order_placed,%,,,sign_up,,Another event.",
        ", row 4: the goal is '', but must be 'main' as in"
        " seeds/rules/conversion_definitions.csv, row 2: rows of one conversion_name"
        " agree on it.",
    ),
    (
        "targets",
        END,
        "purchase,,May 2026,10,",
        ", row 2: the month is 'May 2026', but must be a month such as 2026-03.",
    ),
    (
        "targets",
        END,
        "purchase,,2026-05,10,\npurchase,,2026-05,12,",
        ", row 3: the month '2026-05' is also that of seeds/rules/targets.csv, row 2.",
    ),
    (
        "annotations",
        END,
        "31/05/2026,Sale,campaign",
        ", row 2: the annotation_date is '31/05/2026', but must be a date such as"
        " 2026-01-31.",
    ),
    (
        "audiences",
        "high_value,monetary_score,at_least,5",
        "high_value,money,at_least,5",
        ", row 2: the feature is 'money', but must be one of days_since_last_session,"
        " sessions, recent_sessions, days_since_return, recent_product_views,"
        " recent_carts, open_cart_days, open_checkout_days,"
        " days_since_last_conversion, conversions, net_revenue, recency_score,"
        " frequency_score, monetary_score.",
    ),
    (
        "audiences",
        "high_value,monetary_score,at_least,5",
        "high_value,monetary_score,>=,5",
        ", row 2: the operator is '>=', but must be one of at_least, at_most, equals.",
    ),
    (
        "audiences",
        "high_value,monetary_score,at_least,5",
        "high_value,monetary_score,at_least,-1",
        ", row 2: the value is '-1', but must be a number from 0 to 999999999.",
    ),
    (
        "audiences",
        "cart_abandoner,open_cart_days,at_most,30",
        "cart_abandoner,open_cart_days,at_most,0.5",
        ", row 5: no open_cart_days is at least 1 and at most 0.5, so that nobody would"
        " be in cart_abandoner.",
    ),
    (
        "audiences",
        "cart_abandoner,open_cart_days,at_most,30",
        "cart_abandoner,open_cart_days,equals,30",
        ", row 5: open_cart_days equals 30, but another row of cart_abandoner asks for"
        " it too: keep one of them.",
    ),
    (
        "audiences",
        END,
        "frequent,recent_sessions,at_least,4",
        ", row 14: the operator 'at_least' is also that of seeds/rules/audiences.csv,"
        " row 3.",
    ),
    (
        "event_rules",
        "any_other,999,%,%",
        "any_other,999,%,web",
        ", row 30: the event_name is '%' and the platform 'web', but both must be % in"
        " the last rule, which matches everything.",
    ),
    # The file.
    (
        "channels",
        "channel,is_direct,is_paid,lookback_seconds,description",
        "channel,is_direct,is_paid,lookback,description",
        ", row 1: there is no column 'lookback'; the columns are channel, is_direct,"
        " is_paid, lookback_seconds, description.",
    ),
    (
        "internal_traffic",
        "match_field,match_value,description\npage_host,staging.shop.example,The",
        "match_field,match_value\npage_host,The",
        ", row 1: the column 'description' is missing: add it, any text in each row.",
    ),
    (
        "funnels",
        ",",
        ";",
        ", row 1: the columns are separated by semicolons, but must be by commas: save"
        " the file as CSV with commas.",
    ),
    # The rules of channels.
    (
        "channel_rules_custom",
        END,
        "10,podcast,Audio,,,,,,,,podcast,,,,,ours\n,b,Audio,,,,,,,,podcast,,,,,ours",
        ", row 3: the priority is empty, but must be a whole number from 0 to"
        " 2147483647.",
    ),
    (
        "channel_rules_custom",
        END,
        "10,podcast,Audio,,,,,,,,podcast,,,,,ours\n20,,Audio,,,,,,,,podcast,,,,,ours",
        ", row 3: the rule_id is empty, but must be a text.",
    ),
    (
        "channel_rules_custom",
        END,
        "10,podcast,Audio,,,,,,,,podcast,,,,,ours\n20,b,,,,,,,,,podcast,,,,,ours",
        ", row 3: the channel is empty, but must be the channel of a row of the"
        " seed channels.",
    ),
    (
        "channel_rules_custom",
        END,
        "10,podcast,Audio,,,,,,,,podcast,,,,,ours\n20,b,Audio,,,,,,,,podcast,,,,,",
        ", row 3: the reason is empty, but must be a sentence.",
    ),
    (
        "channel_rules_custom",
        END,
        "10,podcast,Audio,,,,,,,,podcast,,,,,ours\nhigh,b,Audio,,,,,,,,podcast,,,,"
        ",ours",
        ", row 3: the priority is 'high', but must be a whole number from 0 to"
        " 2147483647.",
    ),
    (
        "channel_rules_custom",
        END,
        "10,podcast,Audio,,,,,,,,podcast,,,,,ours\n20,b,Audio,,,,,,maybe,,podcast,"
        ",,,,ours",
        ", row 3: the is_tagged is 'maybe', but must be true or false, or empty.",
    ),
    (
        "channel_rules_custom",
        END,
        "10,podcast,Audio,,,,,,,,podcast,,,,,ours\n20,b,Audio,,,,(cpc,,,,podcast,,"
        ",,,ours",
        ", row 3: '(cpc' is no regular expression.",
    ),
    (
        "channel_rules_custom",
        END,
        "10,podcast,Audio,,,,,,,,podcast,,,,,ours\n20,b,Audio,,,,cpc(?!x),,,,podca"
        "st,,,,,ours",
        ", row 3: 'cpc(?!x)' has '(?', which not all engines read alike.",
    ),
    (
        "channel_rules_custom",
        END,
        "10,podcast,Audio,,,,,,,,podcast,,,,,ours\n20,b,Audio,,,,cpc\\b,,,,podcast,"
        ",,,,ours",
        ", row 3: 'cpc\\b' has '\\', which not all engines read alike.",
    ),
    (
        "channel_rules_custom",
        END,
        "10,podcast,Audio,,,,,,,,podcast,,,,,ours\n20,b,Audio,,,,cpc{,,,,podcast,,"
        ",,,ours",
        ", row 3: 'cpc{' has '{', which not all engines read alike.",
    ),
    (
        "channel_rules_custom",
        END,
        "10,podcast,Audio,,,,,,,,podcast,,,,,ours\n10,b,Audio,,,,,,,,podcast,,,,,ours",
        ", row 3: the priority '10' is also that of"
        " seeds/rules/channel_rules_custom.csv, row 2.",
    ),
    (
        "channel_rules_custom",
        END,
        "10,podcast,Audio,,,,,,,,podcast,,,,,ours\n20,podcast,Audio,,,,,,,,podcast"
        ",,,,,ours",
        ", row 3: the rule_id 'podcast' is also that of"
        " seeds/rules/channel_rules_custom.csv, row 2.",
    ),
    (
        "channel_rules",
        "footfall,400,unassigned,Unassigned,,",
        "footfall,400,unassigned,Unassigned,search,",
        ", row 42: the last rule of the preset footfall must match everything,"
        " but asks for source_category.",
    ),
    (
        "channel_rules",
        "ga4_2025,60,paid_social",
        "ga4_2026,60,paid_social",
        ", row 82: the rule_id 'paid_social' is also that of"
        " seeds/rules/channel_rules.csv, row 48.",
    ),
    (
        "channel_rules",
        "footfall,10,cross_network,Cross-network,,,,,cross-network,",
        "footfall,10,cross_network,Cross-network,,,,,,",
        ", row 2: the rule matches everything, so that none after it is ever"
        " tried: fill a column, or give it the highest priority.",
    ),
    (
        "channel_rules",
        "footfall,10,cross_network,",
        "footfal,10,cross_network,",
        ", row 2: the last rule of the preset footfal must match everything, but"
        " asks for campaign_pattern.",
    ),
    (
        "channel_rules",
        "reason\n",
        "why\n",
        ", row 1: there is no column 'why'; the columns are preset, priority,"
        " rule_id, channel, source_category, source_is_ads, source_pattern,"
        " medium_pattern, campaign_pattern, is_tagged, utm_source_category,"
        " utm_source_pattern, utm_medium_pattern, click_id_type_pattern,"
        " referrer_category, referrer_host_pattern, reason.",
    ),
]

# The same of two seeds: the second is looked at as it is loaded.
TOGETHER: list[tuple[str, str, str, str]] = [
    (
        "targets",
        END,
        "purchse,,2026-05,10,",
        "the row purchse 2026-05: the goal_name is 'purchse', but must be the"
        " conversion_name of a row of the seed conversion_definitions.",
    ),
    (
        "channel_rules_custom",
        END,
        "1,a,Podcasts,,,^a$,,,,,,,,,,why",
        "the row a: the channel is 'Podcasts', but must be the channel of a row"
        " of the seed channels.",
    ),
    (
        "channel_rules_custom",
        END,
        "1,a,Audio,radio,,,,,,,,,,,,why",
        "the row a: the source_category is 'radio', but must be the source_category"
        " of a row of the seed source_categories, or empty.",
    ),
    (
        "channel_rules_custom",
        END,
        "1,direct,Audio,,,^a$,,,,,,,,,,why",
        "the row direct: the rule_id 'direct' is also that of"
        " seeds/rules/channel_rules.csv, the row footfall direct.",
    ),
    (
        "traffic_sources",
        "1881.no,host,1881,search",
        "1881.no,host,1881,engine",
        "the row 1881.no host: the source_category is 'engine', but must be the"
        " source_category of a row of the seed source_categories.",
    ),
    (
        "host_rules",
        "own_ads,(^|[.])(ads?|an|yabs|pagead|ad-?serv(er|ing|ice)?s?)[0-9]*[.],search_a",
        "own_ads,(^|[.])(ads?|an|yabs|pagead|ad-?serv(er|ing|ice)?s?)[0-9]*[.],engine_a",
        "the row portal own_ads: the value is 'engine_ads', but must be the"
        " source_category of a row of the seed source_categories, or empty.",
    ),
    (
        "funnel_steps",
        "sign_up,2",
        "signup,1",
        "the row signup signed_up: the funnel_name is 'signup', but must be the"
        " funnel_name of a row of the seed funnels.",
    ),
    (
        "funnels",
        END,
        "refunds,session,,No steps.",
        "the row refunds: the funnel 'refunds' has no steps, but must have at least one"
        " in the seed funnel_steps.",
    ),
    (
        "funnel_exclusions",
        END,
        "purchase,x,refund,%,,,,1,5",
        "the row purchase x: the before_step is '5', but the funnel 'purchase' has 4"
        " steps.",
    ),
    (
        "attribution_weights",
        "last_three",
        "last_four",
        "the row last_four -1: the attribution_model is 'last_four', but must be the"
        " attribution_model of a row of the seed attribution_models.",
    ),
    (
        "attribution_models",
        END,
        "mine,custom,true,all,,,,,,,,No weights.",
        "the row mine: the kind is 'custom', but the model 'mine' has no weights in the"
        " seed attribution_weights.",
    ),
    (
        "attribution_weights",
        END,
        "linear,1,1",
        "the row linear 1: the attribution_model is 'linear', whose kind is linear, but"
        " must be one of kind custom.",
    ),
]

# What spreadsheets do to a file, and what is written otherwise, that harms nothing.
HARMLESS: list[tuple[str, str, str]] = [
    ("funnels", "\n", "\r\n"),
    ("funnels", "funnel_name,", "\ufefffunnel_name,"),
    ("funnels", END, "\n\n"),
    ("funnels", END, ",,,"),
    ("channels", "true", "TRUE"),
    ("channels", "Email,false", 'Email,"False"'),
    ("currency_rates", END, "2024-02-29,USD,9.2E-01"),
    ("conversion_definitions", "purchase,purchase,", "purchase,Order Completed,"),
    ("internal_traffic", "staging.", "https://Staging."),
    ("event_rules", "server,20,%", "server,20,Order %"),
    (
        "channel_rules_custom",
        END,
        '1,a,Audio,,,"^[A-Z]{2,3}[.]FM$",,,,,,,,,,it\'s {source}',
    ),
    ("channels", "Links in emails", " Links in emails"),
]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy whose seeds the tests below edit."""
    return copy_project(tmp_path_factory.mktemp("rules"))


@pytest.fixture(scope="module")
def ask(project: Path) -> Ask:
    """Call a macro of the project's, without a warehouse."""
    manifest = parse(project, SOURCES)
    assert manifest
    arguments = Namespace(
        project_dir=str(project),
        profiles_dir=str(project),
        profile=None,
        target=None,
        threads=1,
        vars={},
        which="run",
    )
    set_from_args(arguments, None)
    manifest.build_flat_graph()  # type: ignore[no-untyped-call]
    config = RuntimeConfig.from_args(arguments)
    register_adapter(config, get_mp_context())
    get_adapter(config).set_macro_resolver(manifest)

    def call(name: str, *given: Any) -> Any:
        macro = manifest.macros[f"macro.footfall.{name}"]
        context = generate_runtime_macro_context(macro, config, manifest, "footfall")
        return MacroGenerator(macro, context)(*given)

    return call


def edited(seed: str, old: str, new: str) -> str:
    """Text of a seed with this in place of that, wherever it stands."""
    text = SEEDS[seed].read_text()
    assert old in text
    return text.replace(old, new) if old else f"{text}{new}\n"


def read(folder: Path, ask: Ask, seed: str, text: str) -> Any:
    """What the check of a file is given."""
    path = folder / f"{seed}.csv"
    path.write_text(text, newline="")
    names = ask("described_rules")[seed]["columns"]
    place = SEEDS[seed].relative_to(ROOT).as_posix()
    with warnings.catch_warnings():
        # Of a column that the file does not have, agate says so by itself.
        warnings.simplefilter("ignore", RuntimeWarning)
        file = from_csv(path, text_columns=names)
    return ask("told_file", seed, place, file)


def sentence(error: DbtBaseException) -> str:
    """What a stopped run says; of an engine or of a macro nothing may be in it."""
    said = str(error).split("footfall: ")
    assert len(said) == 2, said
    found: str = re.split(r"\n\s*\n", said[1])[0].strip()
    assert "\n" not in found
    return found


@pytest.mark.parametrize(
    ("seed", "old", "new", "said"), ALONE, ids=[f"{e[0]}: {e[3][:50]}" for e in ALONE]
)
def test_what_a_seed_cannot_mean_is_said(
    ask: Ask, tmp_path: Path, seed: str, old: str, new: str, said: str
) -> None:
    """With file, row, value, and what would be right."""
    with pytest.raises(DbtBaseException) as stopped:  # noqa: PT012
        told = read(tmp_path, ask, seed, edited(seed, old, new))
        ask("assert_told_rules", told)
    found = sentence(stopped.value)
    assert found.startswith(SEEDS[seed].relative_to(ROOT).as_posix())
    assert found.endswith(said)


@pytest.mark.parametrize("field", ["host", "portal"])
def test_a_field_without_rules_is_said(ask: Ask, tmp_path: Path, field: str) -> None:
    """What nothing is asked of has no answer."""
    rows = SEEDS["host_rules"].read_text().splitlines(keepends=True)
    kept = "".join(row for row in rows if not row.startswith(f"{field},"))
    with pytest.raises(DbtBaseException) as stopped:
        ask("assert_told_rules", read(tmp_path, ask, "host_rules", kept))
    assert sentence(stopped.value) == (
        f"seeds/rules/host_rules.csv: the field of no rule is '{field}', but of one at"
        " least it must be."
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_a_seed_without_rows_is_said_where_rows_are_needed(
    ask: Ask, tmp_path: Path, seed: str
) -> None:
    """No funnel is a choice, no channel is a mistake."""
    header = SEEDS[seed].read_text().splitlines(keepends=True)[0]
    told = read(tmp_path, ask, seed, header)
    if seed not in {
        "attribution_models",
        "channel_rules",
        "channels",
        "click_ids",
        "event_rules",
        "host_rules",
        "public_suffixes",
        "source_categories",
        "traffic_sources",
        "user_agent_rules",
    }:
        ask("assert_told_rules", told)
        return
    with pytest.raises(DbtBaseException) as stopped:
        ask("assert_told_rules", told)
    assert sentence(stopped.value) == (
        f"{told['place']} has no rows, but must have at least one."
    )


def loaded(ask: Ask, folder: Path, seed: str, text: str) -> Any:
    """A seed as the gate finds it in the warehouse."""
    told = read(folder, ask, seed, text)
    return told | {"is_file": False}


@pytest.fixture(scope="module")
def tables(ask: Ask, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """All seeds as they come."""
    folder = tmp_path_factory.mktemp("seeds")
    return {
        seed: loaded(ask, folder, seed, path.read_text())
        for seed, path in SEEDS.items()
    }


@pytest.mark.parametrize(
    ("seed", "old", "new", "said"),
    TOGETHER,
    ids=[f"{e[0]}: {e[3][:50]}" for e in TOGETHER],
)
def test_what_seeds_cannot_mean_to_each_other_is_said(
    ask: Ask,
    tables: dict[str, Any],
    tmp_path: Path,
    seed: str,
    old: str,
    new: str,
    said: str,
) -> None:
    """With the row's key, since a table knows no numbers of rows."""
    changed = loaded(ask, tmp_path, seed, edited(seed, old, new))
    with pytest.raises(DbtBaseException) as stopped:
        ask("assert_tables", tables | {seed: changed})
    assert sentence(stopped.value) == f"{changed['place']}, {said}"


def test_a_target_of_no_goal_is_said(
    ask: Ask, tables: dict[str, Any], tmp_path: Path
) -> None:
    """A conversion may be none, and then no report would show its target."""
    definitions = edited("conversion_definitions", "sign_up,%,other", "sign_up,%,")
    changed = {
        "conversion_definitions": definitions,
        "targets": edited("targets", END, "sign_up,Email,2026-05,10,"),
    }
    seeds = {seed: loaded(ask, tmp_path, seed, text) for seed, text in changed.items()}
    with pytest.raises(DbtBaseException) as stopped:
        ask("assert_tables", tables | seeds)
    assert sentence(stopped.value) == (
        "seeds/rules/targets.csv, the row sign_up Email 2026-05: the goal_name is"
        " 'sign_up', which is a conversion but no goal: give it a goal in the seed"
        " conversion_definitions."
    )


@pytest.mark.parametrize(
    ("order", "seed", "row", "said"),
    [
        (
            "strict",
            "funnel_exclusions",
            "purchase,x,refund,%,,,,,",
            "the row purchase x: the funnel 'purchase' is strict, so that any event"
            " between its steps ends an attempt: leave the row out.",
        ),
        (
            "any",
            "funnel_exclusions",
            "purchase,x,refund,%,,,,2,",
            "the row purchase x: the funnel 'purchase' is in any order, so that it ends"
            " attempts after any step: leave after_step and before_step empty.",
        ),
        (
            "any",
            "funnel_steps",
            "purchase,5,thanks,thanks,%,,,,5",
            "the row purchase thanks: the window_minutes is '5', but in a funnel in any"
            " order no step has a step before it: leave it empty.",
        ),
    ],
)
def test_what_a_kind_of_funnel_has_no_room_for_is_said(
    ask: Ask,
    tables: dict[str, Any],
    tmp_path: Path,
    order: str,
    seed: str,
    row: str,
    said: str,
) -> None:
    """An option that would say nothing is told, and not passed over."""
    old, new = (
        "within one session.,,\npurchase_in",
        "within one session.,{},\npurchase_in",
    )
    changed = {
        "funnels": edited("funnels", old, new.format(order)),
        seed: edited(seed, END, row),
    }
    seeds = {name: loaded(ask, tmp_path, name, text) for name, text in changed.items()}
    with pytest.raises(DbtBaseException) as stopped:
        ask("assert_tables", tables | seeds)
    assert sentence(stopped.value) == f"seeds/rules/{seed}.csv, {said}"


@pytest.mark.parametrize(
    ("seed", "old", "new"),
    [
        ("funnels", ",step_order,is_open\n", "\n"),
        (
            "funnel_steps",
            ",page_path_regex,property_name,property_value,window_minutes\n",
            "\n",
        ),
    ],
)
def test_a_file_of_before_may_lack_what_may_be_empty(
    ask: Ask, tmp_path: Path, seed: str, old: str, new: str
) -> None:
    """As if it were there and empty in each row, and of no other column."""
    text = re.sub(",,+\n", "\n", edited(seed, old, new))
    told = read(tmp_path, ask, seed, text)
    ask("assert_told_rules", told)
    lacking = old.strip(",\n").split(",")
    assert {each for name in lacking for each in told["columns"][name]} == {None}
    with pytest.raises(DbtBaseException, match="the column 'funnel_name' is missing"):
        read(tmp_path, ask, seed, re.sub("(?m)^[^,\n]+,", "", text))


def test_a_preset_that_there_is_not_is_said(ask: Ask) -> None:
    """With those that there are."""
    with pytest.raises(DbtBaseException) as stopped:
        ask("assert_channel_preset", ["ga4_2026", "plausible"])
    assert sentence(stopped.value) == (
        "the var channel_preset is 'footfall', but must be one of ga4_2026, plausible."
    )


def test_the_seeds_as_they_come_are_right(ask: Ask, tables: dict[str, Any]) -> None:
    """Alone and together."""
    for told in tables.values():
        ask("assert_told_rules", told)
    ask("assert_tables", tables)


@pytest.mark.parametrize(("seed", "old", "new"), HARMLESS)
def test_what_is_harmless_stays_so(
    ask: Ask, tmp_path: Path, seed: str, old: str, new: str
) -> None:
    """Ends of lines, marks at the beginning, empty lines, capitals."""
    ask("assert_told_rules", read(tmp_path, ask, seed, edited(seed, old, new)))


def test_what_is_described_are_the_columns_that_are_loaded(ask: Ask) -> None:
    """In their order, of every seed of rules and of rates."""
    loaded_columns = {
        seed["name"]: [column["name"] for column in seed["columns"]]
        for folder in ("rules", "rates")
        for path in (ROOT / "seeds" / folder).glob("*.yml")
        for seed in yaml.safe_load(path.read_text())["seeds"]
    }
    described = ask("described_rules")
    assert {
        seed: list(rules["columns"]) for seed, rules in described.items()
    } == loaded_columns
    assert set(loaded_columns) == set(SEEDS)


def test_a_model_is_not_made_of_the_rules_that_it_waits_for(
    ask: Ask, project: Path
) -> None:
    """Else another funnel would fill all events anew."""
    manifest = parse(project, SOURCES)
    assert manifest
    open_ = ["model.footfall.int_events__classified"]
    waiting, seeds = set(), set()
    while open_:
        node = manifest.nodes[open_.pop()]
        plan: dict[str, dict[str, str]] = {"parts": {}, "macros": {}, "states": {}}
        parts = ask("parts_of", node.to_dict(), plan)
        seeds |= {part.split()[1] for part in parts if part.startswith("rules ")}
        for name in node.depends_on_nodes:
            if name == "model.footfall.int_rules__checked":
                waiting.add(node.name)
            elif name.startswith("model."):
                open_.append(name)
    assert "stg_columns__events" in waiting
    assert seeds & {"funnels", "attribution_models", "currency_rates"} == set()
    assert {"internal_traffic", "consent_words", "click_ids"} <= seeds


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (
            "priority,rule_id\n1,a\n2,Süd\n".encode("latin-1"),
            ", row 3: a letter is not UTF-8, as the file must be: save it as CSV"
            " UTF-8.",
        ),
        (
            "priority,rule_id\n".encode("utf-16"),
            " is UTF-16, but must be UTF-8: save it as CSV UTF-8.",
        ),
        (
            b"priority,rule_id\n1,a\n2,b,c\n",
            ", row 3: there are 3 values, but row 1 names 2 columns: put a text that"
            " has a comma in double quotes.",
        ),
        (
            b'priority,rule_id\n1,"a\n2,b\n',
            ", row 2: a double quote is not closed, but must be: one within a text is"
            " written twice.",
        ),
        (
            b"priority;rule_id\n1;a, b\n",
            ", row 1: the columns are separated by semicolons, but must be by commas:"
            " save the file as CSV with commas.",
        ),
        (b"", " is empty, but must name its columns in row 1."),
        (b'\xef\xbb\xbfpriority,rule_id\r\n1,"a, b"\r\n\r\n', None),
    ],
)
def test_a_file_that_dbt_would_not_read_is_said(
    tmp_path: Path, content: bytes, said: str | None
) -> None:
    """Of every rule seed of the project at hand, and of no other file."""
    folder = tmp_path / "seeds" / "ours"
    folder.mkdir(parents=True)
    (folder / "channel_rules_custom.csv").write_bytes(content)
    (folder / "budgets.csv").write_bytes(b"\xff\xfe")
    assert located(["--project-dir", str(tmp_path)])[0] == tmp_path
    assert unreadable(tmp_path) == (
        said and f"seeds/ours/channel_rules_custom.csv{said}"
    )


def test_the_files_as_they_come_can_be_read() -> None:
    """All of them."""
    assert unreadable(ROOT) is None


@pytest.fixture
def seeds(project: Path) -> Iterator[Callable[[str, str], None]]:
    """Write another text of a seed, until the test is over."""
    written: list[str] = []

    def write(seed: str, text: str) -> None:
        written.append(seed)
        place = SEEDS[seed].relative_to(ROOT)
        (project / place).write_text(text, newline="")

    yield write
    for seed in set(written):
        write(seed, SEEDS[seed].read_text())


@pytest.mark.parametrize(
    ("seed", "old", "new", "said"),
    [
        (
            "funnels",
            "visitor,10080",
            "visitor,-1",
            "seeds/rules/funnels.csv, row 3: the window_minutes is '-1', but must be a"
            " whole number from 1 to 52560000, or empty.",
        ),
        (
            "channel_rules_custom",
            END,
            "1,a,Podcasts,,,^a$,,,,,,,,,,why",
            "seeds/rules/channel_rules_custom.csv, the row a: the channel is"
            " 'Podcasts', but must be the channel of a row of the seed channels.",
        ),
    ],
)
def test_a_build_by_rules_that_cannot_be_meant_does_not_start(
    project: Path,
    tmp_path: Path,
    seeds: Callable[[str, str], None],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    seed: str,
    old: str,
    new: str,
    said: str,
) -> None:
    """Exit code 2, one sentence, and no model is there."""
    seeds(seed, edited(seed, old, new))
    database = tmp_path / "footfall.duckdb"
    monkeypatch.setenv("FOOTFALL_DUCKDB_PATH", str(database))
    manifest = copy.deepcopy(parse(project, SOURCES))
    monkeypatch.setattr(
        runner, "dbtRunner", lambda callbacks: dbtRunner(manifest, callbacks)
    )
    settings = json.dumps(one_source(tmp_path / "none.parquet", COLUMNS))
    write_parquet(tmp_path / "none.parquet", [dict.fromkeys(COLUMNS, "1")])
    arguments = ["--project-dir", str(project), "--profiles-dir", str(project)]
    arguments += ["--target-path", str(tmp_path), "--log-path", str(tmp_path)]
    arguments += ["--vars", settings, "--select"]
    arguments += ["+stg_columns__events +int_channel_rules__ordered"]
    before = Path.cwd()
    try:
        assert runner.main(arguments) == runner.NOT_STARTED
    finally:
        os.chdir(before)
    assert (
        capsys.readouterr().err.splitlines()[-1]
        == f"The build did not start. footfall: {said}"
    )
    with duckdb.connect(str(database)) as connection:
        found = {name for (name,) in connection.execute("show tables").fetchall()}
    assert {name for name in found if "__" in name} == set()
    assert ("channels" in found, seed in found) == (True, seed != "funnels")


def test_rules_are_compared_in_the_form_of_the_data(
    project: Path, tmp_path: Path, seeds: Callable[[str, str], None]
) -> None:
    """Names of events, hosts, click ids, patterns; and _ is itself, not any letter."""
    text = edited(
        "conversion_definitions", "purchase,purchase,%", "purchase,Order Done,%"
    )
    # Only what is below /a_b, and not below /axb.
    text = text.replace("sign_up,sign_up,%", "sign_up,SignUp,/a_b%")
    seeds("conversion_definitions", text + "\n\n")
    seeds(
        "reversal_definitions", edited("reversal_definitions", "refund,", "Money Back,")
    )
    seeds(
        "event_rules",
        edited("event_rules", "server,20,%,server", "server,20,Ping_%,Server"),
    )
    seeds(
        "event_names", edited("event_names", "screen,screen_view", "screen,Screen View")
    )
    seeds(
        "internal_traffic",
        edited(
            "internal_traffic", "staging.shop.example", "HTTPS://Staging.Example./x"
        ),
    )
    # As spreadsheets write them.
    funnels = SEEDS["funnels"].read_text().replace("\n", "\r\n")
    seeds("funnels", f"\ufeff{funnels},,,,,\r\n")
    seeds("channels", edited("channels", ",true,", ",TRUE,"))
    seeds("click_ids", edited("click_ids", "gclid,1,google,cpc", "GClid,1,Google,CPC"))
    seeds(
        "traffic_sources",
        edited("traffic_sources", "1881.no,host,1881,search", "1881.NO,host,1881,mail"),
    )
    seeds(
        "channel_rules_custom",
        edited(
            "channel_rules_custom",
            END,
            "1,fm,Audio,,,^My[A-Z]FM$,,,,,,,,,,it's {source}",
        ),
    )
    seeds(
        "user_agent_rules",
        edited("user_agent_rules", ",safari/,Safari", ",SAFARI/|it's,O'Safari"),
    )
    shop = "https://shop.example"
    events = [
        ("order", "v1", "order_done", f"{shop}/x?gclid=1", "web", "o1", "100"),
        ("back", "v1", "moneyBack", f"{shop}/x", "web", "o1", "30"),
        ("a_b", "v2", "sign_up", f"{shop}/a_b?utm_source=myxfm", "web", None, None),
        ("axb", "v3", "sign_up", f"{shop}/axb", "web", None, None),
        ("ping", "v4", "ping_x", f"{shop}/x", "server", None, None),
        ("pingx", "v5", "pingxx", f"{shop}/x", "server", None, None),
        ("screen", "v6", "Screen", f"{shop}/x?utm_source=1881.no", "ios", None, None),
        ("own", "v7", "view", "https://staging.example/x", "web", None, None),
    ]
    rows = [
        dict(
            zip(
                COLUMNS,
                (
                    *(key, visitor, f"2026-06-01 12:0{nth}:00", name, url, platform),
                    *(order, revenue),
                ),
                strict=True,
            )
        )
        for nth, (key, visitor, name, url, platform, order, revenue) in enumerate(
            events
        )
    ]
    made = run_dbt(
        tmp_path,
        one_source(write_parquet(tmp_path / "events.parquet", rows), COLUMNS),
        "+fct_sessions +fct_conversions +fct_reversals +int_events__classified",
        project,
    )
    assert made.is_green, made.said
    assert made.rows(
        "select conversion_name, event_id from fct_conversions order by event_id"
    ) == [("sign_up", "a_b"), ("purchase", "order")]
    assert made.value("select cast(reversed_revenue as text) from fct_reversals") == (
        "30.000000"
    )
    assert made.rows(
        "select event_id, event_rule_id from int_events__classified as events"
        " inner join int_event_names__ruled as ruled"
        " on events.event_name = ruled.event_name and events.platform = ruled.platform"
        " where events.platform in ('server', 'ios') order by event_id"
    ) == [("ping", "server"), ("pingx", "any_other"), ("screen", "screen_view")]
    assert made.rows(
        "select event_id from int_events__classified"
        " where rejection_reason = 'internal'"
    ) == [("own",)]
    assert made.rows(
        "select visitor_id, channel, channel_reason from fct_sessions"
        " where visitor_id in ('v1', 'v2', 'v6') order by visitor_id"
    ) == [
        ("v1", "Paid Search", "medium cpc is paid, source google is a search engine"),
        ("v2", "Audio", "it's myxfm"),
        ("v6", "Email", "source 1881.no is mail"),
    ]
    counted = "select row_count from int_rules__checked where seed_name = '{}'"
    assert made.value(counted.format("conversion_definitions")) == 2
    assert made.value(counted.format("funnels")) == 3


# Of a column that a file may lack, dbt's reader of CSV says that it does.
@pytest.mark.filterwarnings("ignore:.*does not match the name of any column")
@pytest.mark.long  # `make test` asks the checks themselves, above.
def test_a_seed_that_a_host_project_puts_in_place_of_ours_is_checked(
    tmp_path: Path,
) -> None:
    """By its table, and before a model reads it."""
    (tmp_path / "seeds").mkdir()
    (tmp_path / "seeds" / "funnels.csv").write_text(
        "funnel_name,entity,window_minutes,description\npurchase,session,,Ours.\n"
        "purchase_in_7_days,visitor,-5,Ours.\nsign_up,session,,Ours.\n"
    )
    (tmp_path / "packages.yml").write_text(f"packages: [{{local: {ROOT}}}]\n")
    disabled = {"footfall": {"rules": {"funnels": {"+enabled": False}}}}
    (tmp_path / "dbt_project.yml").write_text(
        yaml.safe_dump({"name": "shop", "profile": "footfall", "seeds": disabled})
    )
    folders = ["--project-dir", str(tmp_path), "--profiles-dir", str(ROOT)]
    said: list[str] = []

    def listen(event: Any) -> None:
        if event.info.level == "error":
            said.append(event.info.msg)

    quiet = ["--quiet", "--log-level", "none"]
    chosen = ["--select", "+int_rules__checked", "+stg_demo__events"]
    chosen += ["--exclude-resource-types", "test", "unit_test"]
    before = Path.cwd()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FOOTFALL_DUCKDB_PATH", str(tmp_path / "footfall.duckdb"))
        try:
            assert dbtRunner().invoke([*quiet, "deps", *folders]).success
            made = dbtRunner(callbacks=[listen]).invoke(
                [*quiet, "build", *folders, *chosen]
            )
        finally:
            os.chdir(before)
            close_connections()
    assert not made.success
    assert (
        "footfall: the seed funnels, the row purchase_in_7_days: the window_minutes is"
        " '-5', but must be a whole number from 1 to 52560000, or empty."
    ) in "\n".join(said)
    with duckdb.connect(str(tmp_path / "footfall.duckdb")) as connection:
        names = {name for (name,) in connection.execute("show tables").fetchall()}
    assert "funnels" in names
    assert {name for name in names if "__" in name} == set()

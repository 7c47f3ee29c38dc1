{{ config(alias='days') }}

select cast('2026-05-04' as date) as date_day

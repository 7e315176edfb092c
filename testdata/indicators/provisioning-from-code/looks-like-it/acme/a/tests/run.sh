#!/bin/sh
ssh admin@shop-1.example.org uptime

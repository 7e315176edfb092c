#!/bin/sh
ssh admin@shop-1.example.org sudo systemctl restart shop

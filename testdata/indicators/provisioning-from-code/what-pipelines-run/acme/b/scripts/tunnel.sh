#!/bin/sh
ssh -N -L 5432:db.internal.example.org:5432 bastion.example.org

#!/bin/sh
kubectl apply -k apps/shop/trial

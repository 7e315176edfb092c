kubectl exec deploy/web -- ./migrate

systemctl enable nginx
ssh ops@web-1.example.org reboot

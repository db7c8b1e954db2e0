"""What is fetched from the web, safely and politely."""

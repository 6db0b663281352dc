"""The long run: thousands of deliveries, four processes, and somebody who keeps killing them."""

package load

import io.gatling.core.Predef._

class ShopSimulation extends Simulation {
  setUp()
}

package load

import io.gatling.core.Predef._

class TillSimulation extends Simulation {
  setUp()
}

package load

import io.gatling.core.Predef._
import io.gatling.http.Predef._

class SmokeSimulation extends Simulation {
  val scn = scenario("One visit").exec(http("home").get("/"))
  setUp(scn.inject(atOnceUsers(1))).protocols(http.baseUrl("https://shop.example.org"))
}
